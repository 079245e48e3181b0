import { HoldfastError, isHoldfastError } from "@holdfast/protocol";
import type { Api } from "../client/contract.ts";
import type { Checkpointing } from "../functions/contract.ts";
import type { DraftOp } from "../payloads/draft-op.ts";
import type { Passage } from "../payloads/passage.ts";
import { writeOps } from "../payloads/write-ops.ts";
import type { Timer, World } from "../platform/contract.ts";
import type { Call } from "./contract.ts";

/** Where steps are reported while a call goes on. */
export interface CheckpointDeps {
  readonly call: Pick<Call, "runId" | "requestId">;
  /** What a checkpoint quotes; null where `save` takes the steps. */
  readonly checkpoint: Call["checkpoint"];
  /** Takes finished steps in place of the server's route for checkpoints. */
  readonly save?: (steps: string) => Promise<boolean>;
  readonly settings: Checkpointing;
  readonly api: Api;
  readonly passage: Passage;
  readonly world: World;
  /** When the call came, Unix ms. */
  readonly startedAt: number;
  /** Told of a report in the background that ended the attempt. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Finished steps on their way to the server while the call goes on (wire-protocol 16.1). What the server did not take stays
 * here, and is in the call's own answer.
 */
export class Checkpoints {
  readonly #deps: CheckpointDeps;
  #waiting: DraftOp[] = [];
  /** The report under way; reports are made one after another. */
  #report: Promise<unknown> = Promise.resolve();
  #timer: Timer | null = null;

  constructor(deps: CheckpointDeps) {
    this.#deps = deps;
  }

  /** Whether as many steps wait as may. */
  get isFull(): boolean {
    return this.#waiting.length >= Math.max(1, this.#deps.settings.bufferedSteps);
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Takes in what finished; after the longest time it may wait it is reported in the background. */
  add(ops: readonly DraftOp[]): void {
    this.#waiting.push(...ops);
    const { settings, world, onFault } = this.#deps;
    if (settings.maxIntervalMs > 0 && this.#timer === null) {
      this.#timer = world.after(settings.maxIntervalMs, () => {
        this.#timer = null;
        this.flush().catch(onFault);
      });
    }
  }

  /**
   * Reports everything that waits.
   *
   * @returns whether the server has it all
   * @throws HoldfastError `checkpoint_stale` when this call's work was handed out again; what the payload stage throws.
   */
  async flush(): Promise<boolean> {
    const report = this.#report.then(() => this.#flush());
    this.#report = report.catch(() => undefined);
    return report;
  }

  /** Hands over what the server does not have yet. */
  take(): readonly DraftOp[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  /** Ends the timer, and waits for the report under way. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    await this.#report;
  }

  async #flush(): Promise<boolean> {
    const ops = [...this.#waiting];
    if (ops.length === 0) return true;
    const isSaved = await this.#send(await writeOps(ops, this.#deps.passage));
    // Whatever came meanwhile stands behind them.
    if (isSaved) this.#waiting = this.#waiting.slice(ops.length);
    return isSaved;
  }

  async #send(steps: string): Promise<boolean> {
    const { call, checkpoint, api, save, startedAt, world } = this.#deps;
    if (save !== undefined) return save(steps);
    if (checkpoint === null) return false;
    const { functionId, queueItemId, generationId } = checkpoint;
    const head = JSON.stringify({
      run_id: call.runId,
      fn_id: functionId,
      qi_id: queueItemId,
      request_id: call.requestId,
      ...(generationId === null ? {} : { generation_id: generationId }),
      request_started_at: startedAt,
      ts: world.now(),
    });
    // The ops are text already: they are put in as they are.
    const body = `${head.slice(0, -1)},"steps":${steps}}`;
    const path = `/v1/checkpoint/${encodeURIComponent(call.runId)}/async`;
    try {
      const { status } = await api.request({ method: "POST", path, body, isRepeatable: true });
      if (status === 409) {
        throw new HoldfastError(
          "checkpoint_stale",
          "The server has handed this call's work out again since.",
        );
      }
      return status >= 200 && status < 300;
    } catch (error) {
      // Any other trouble is not this call's end: its answer takes the steps along.
      if (isHoldfastError(error, "server_unreachable")) return false;
      throw error;
    }
  }
}

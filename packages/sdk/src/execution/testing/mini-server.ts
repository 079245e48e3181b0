import assert from "node:assert/strict";
import type { Op } from "@holdfast/protocol";
import { parseOps } from "@holdfast/protocol";
import type { ClientState } from "../../client/contract.ts";
import type { FunctionRecord } from "../../functions/contract.ts";
import type { Call, CallAnswer } from "../contract.ts";
import { execute } from "../execute.ts";
import { callOf, CHECKPOINT } from "./call-of.ts";

/** How a run ended. */
export interface RunEnd {
  readonly status: "completed" | "failed";
  /** The result, or the error. */
  readonly value: unknown;
  readonly calls: number;
  /** Everything the app answered or reported, as text. */
  readonly outbound: readonly string[];
}

interface Item {
  readonly key: string;
  readonly kind: "discovery" | "step" | "wake";
  readonly stepId: string | null;
  readonly attempt: number;
}

interface ServerOptions {
  /** Which of so many due items is next, from 0. */
  readonly choose: (count: number) => number;
  /** What a wait, an invoke or a request comes to; null by default. */
  readonly memoFor?: (op: Op) => unknown;
  readonly requestVersion?: number;
  readonly callsMax?: number;
}

/**
 * The smallest server that runs a function to its end by the rules of request version 2 (wire-protocol 8): it keeps memos,
 * plans, wakes and attempts, and picks what is due in any order.
 */
export class MiniServer {
  readonly #options: ServerOptions;
  readonly #memos = new Map<string, unknown>();
  readonly #outbound: string[] = [];
  #items: Item[] = [{ key: "start", kind: "discovery", stepId: null, attempt: 0 }];
  readonly #known = new Set<string>();
  readonly #pending = new Set<string>();
  #isPlanning = false;
  #requestVersion = -1;
  #ending: Pick<RunEnd, "status" | "value"> | null = null;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** For a client's API: takes checkpoints. */
  readonly api: ClientState["api"] = {
    request: async ({ path, body }) => {
      assert.match(path, /^\/v1\/checkpoint\//);
      this.#outbound.push(body ?? "");
      const { steps } = JSON.parse(body ?? "");
      for (const op of parseOps(steps)) this.#remember(op, { data: op.data ?? null });
      return { status: 200, body: null, headers: new Headers() };
    },
  };

  async run(record: FunctionRecord, client: ClientState): Promise<RunEnd> {
    const callsMax = this.#options.callsMax ?? 200;
    for (let calls = 1; calls <= callsMax; calls++) {
      const place = this.#options.choose(this.#items.length);
      const item = this.#items[place];
      assert.ok(item !== undefined, "the run is stuck: nothing is due");
      this.#items = this.#items.filter((each) => each !== item);
      if (item.kind === "wake") {
        this.#wake(item);
        continue;
      }
      const call = this.#callFor(item, record);
      const answer = await execute(call, { record, client });
      this.#outbound.push(answer.body);
      this.#settle(item, answer, call);
      if (this.#ending !== null) return { ...this.#ending, calls, outbound: this.#outbound };
    }
    return assert.fail(`the run did not end in ${callsMax} calls`);
  }

  #callFor(item: Item, record: FunctionRecord): Call {
    return callOf({
      memos: Object.fromEntries(this.#memos),
      attempt: item.attempt,
      maxAttempts: record.retries + 1,
      targetStepId: item.kind === "step" ? item.stepId : null,
      isPlanOnly: this.#isPlanning,
      requestVersion: this.#requestVersion,
      checkpoint: CHECKPOINT,
    });
  }

  #settle(item: Item, answer: CallAnswer, call: Call): void {
    this.#requestVersion = Number(answer.headers["x-inngest-req-version"]);
    const value: unknown = JSON.parse(answer.body);
    if (answer.status === 200) {
      this.#ending = { status: "completed", value };
      return;
    }
    const isFinal = answer.headers["x-inngest-no-retry"] === "true" || item.attempt + 1 >= call.maxAttempts;
    if (answer.status !== 206) {
      if (isFinal) this.#ending = { status: "failed", value };
      else this.#items.push({ ...item, attempt: item.attempt + 1 });
      return;
    }
    this.#apply(item, parseOps(value), isFinal);
  }

  #apply(item: Item, ops: readonly Op[], isFinal: boolean): void {
    const before = this.#memos.size;
    const awaited: Op[] = [];
    let mustDiscover = false;
    for (const op of ops) {
      switch (op.op) {
        case "StepRun":
          mustDiscover = this.#remember(op, { data: op.data ?? null }) || mustDiscover;
          break;
        case "StepFailed":
          mustDiscover = this.#remember(op, { error: op.error }) || mustDiscover;
          break;
        case "StepError":
          if (isFinal) mustDiscover = this.#remember(op, { error: op.error }) || mustDiscover;
          else {
            this.#items.push({ ...item, attempt: item.attempt + 1 });
            return;
          }
          break;
        case "RunComplete":
          this.#ending = { status: "completed", value: op.data ?? null };
          return;
        case "DiscoveryRequest":
          mustDiscover = true;
          break;
        case "DeferAdd":
        case "DeferAbort":
          break;
        default:
          awaited.push(op);
      }
    }
    for (const op of awaited) this.#expect(op);
    if (awaited.length > 1) this.#isPlanning = true;
    if (mustDiscover && awaited.length === 0) this.#discover();
    assert.ok(
      this.#items.length > 0 || this.#memos.size > before,
      `an answer leads nowhere: ${ops.map(({ op }) => op).join(", ")}`,
    );
  }

  /** Whether somebody has to be called because of it. */
  #remember(op: Op, memo: unknown): boolean {
    if (this.#memos.has(op.id)) return false;
    this.#memos.set(op.id, memo);
    const wasPending = this.#pending.delete(op.id);
    return this.#afterStep(wasPending);
  }

  #afterStep(wasPending: boolean): boolean {
    const isLast = this.#pending.size === 0;
    if (isLast) this.#isPlanning = false;
    return isLast || !wasPending;
  }

  #expect(op: Op): void {
    if (this.#memos.has(op.id) || this.#known.has(op.id)) return;
    this.#known.add(op.id);
    if (op.opts?.["parallelMode"] !== "race") this.#pending.add(op.id);
    const key = `${op.op}:${op.id}`;
    const kind = op.op === "StepPlanned" ? "step" : "wake";
    this.#items.push({ key, kind, stepId: op.id, attempt: 0 });
    if (kind === "wake") this.#wakes.set(op.id, op);
  }

  readonly #wakes = new Map<string, Op>();

  #wake({ stepId }: Item): void {
    const op = this.#wakes.get(stepId ?? "");
    assert.ok(op !== undefined);
    const memo = this.#options.memoFor?.(op) ?? null;
    if (this.#remember(op, memo)) this.#discover();
  }

  #discover(): void {
    const key = `after:${this.#memos.size}`;
    if (this.#items.some((each) => each.key === key)) return;
    this.#items.push({ key, kind: "discovery", stepId: null, attempt: 0 });
  }
}

import type { ClientState } from "../client/contract.ts";
import { requestFault } from "../client/request-fault.ts";
import type { Frame } from "./frames.ts";
import { frameText } from "./frames.ts";
import { sealFrame } from "./seal-frame.ts";

/**
 * Frames on their way to a caller who reads them from the server, after his request was answered (wire-protocol 16.5). Sent
 * in order, those that wait together. Nobody keeps them, so that one which cannot be sent is lost, and logged.
 */
export class TeeStream {
  readonly #client: Pick<ClientState, "api" | "app" | "environment" | "logger" | "stage">;
  readonly #runId: string;
  #waiting: Frame[] = [];
  #sending: Promise<void> = Promise.resolve();

  constructor(client: Pick<ClientState, "api" | "app" | "environment" | "logger" | "stage">, runId: string) {
    this.#client = client;
    this.#runId = runId;
  }

  write(frame: Frame): void {
    this.#waiting.push(frame);
    this.#sending = this.#sending.then(() => this.#send());
  }

  /** Resolves when everything has been sent, or given up. */
  async end(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    const frames = this.#waiting;
    this.#waiting = [];
    if (frames.length === 0) return;
    const { api, app, environment, logger, stage } = this.#client;
    try {
      let body = "";
      const at = { environment, app, runId: this.#runId };
      for (const frame of frames) body += frameText(await sealFrame(frame, stage, at));
      const answer = await api.request({
        method: "POST",
        path: `/v1/realtime/publish/tee?channel=${encodeURIComponent(this.#runId)}`,
        body,
        headers: { "content-type": "text/event-stream" },
        // A repeat would be heard twice.
        isRepeatable: false,
      });
      if (answer.status < 200 || answer.status > 299) throw requestFault("stream to the caller", answer);
    } catch (error) {
      logger.error("Words to the caller of a durable endpoint were lost; the run goes on.", error);
    }
  }
}

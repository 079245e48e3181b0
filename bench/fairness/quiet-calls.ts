import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "undici";
import { post } from "../http-call.ts";
import { monotonicMs } from "./monotonic.ts";

/** A first call that takes longer than this is taken for lost. */
const CALL_MS_MAX = 60_000;
/** How long a registration may take before another run is started. */
const REGISTRATION_MS = 500;

interface Called {
  readonly kind: "called";
  readonly n: number;
  readonly at: number;
}

/** Starts runs of the quiet function one after another, and measures how long each waits for its first call. */
export class QuietCalls {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #waiting = new Map<number, (at: number) => void>();
  #serial = 0;

  /** @param app The process that has the quiet function. */
  constructor(pool: Pool, eventKey: string, app: ChildProcess) {
    this.#pool = pool;
    this.#path = `/e/${eventKey}`;
    app.on("message", (message: { kind?: string }) => {
      if (message.kind !== "called") return;
      // Sent by apps/neighbours.ts.
      const { n, at } = message as Called;
      this.#waiting.get(n)?.(at);
      this.#waiting.delete(n);
    });
  }

  /** Starts runs until one is called: an app knows that it answered a server, and not when that has registered it. */
  async untilCalled(): Promise<void> {
    for (const deadline = performance.now() + CALL_MS_MAX; ;) {
      try {
        await this.sample(REGISTRATION_MS);
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  }

  /** Milliseconds from sending the event to the function's first line. Rejects when either fails. */
  async sample(timeoutMs = CALL_MS_MAX): Promise<number> {
    this.#serial += 1;
    const n = this.#serial;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const timer = setTimeout(
      () => reject(new Error(`The quiet function was not called within ${timeoutMs} ms.`)),
      timeoutMs,
    );
    // A failure to send is told first; the timer may still go off meanwhile.
    promise.catch(() => {});
    this.#waiting.set(n, resolve);
    const sentAt = monotonicMs();
    try {
      await sendEvents(this.#pool, this.#path, [{ name: "bench/quiet", data: { n } }]);
      return (await promise) - sentAt;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(n);
    }
  }

  /** So many samples with a pause after each, or fewer when `goOn` says to stop. */
  async samples(count: number, pauseMs: number, goOn: () => boolean): Promise<number[]> {
    const latencies: number[] = [];
    while (latencies.length < count && goOn()) {
      latencies.push(await this.sample());
      await sleep(pauseMs);
    }
    return latencies;
  }

  /** Sends events that start runs of a noisy function, in requests of a bounded size. */
  async flood(name: string, count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += EVENTS_PER_REQUEST) {
      const size = Math.min(EVENTS_PER_REQUEST, count - sent);
      const events = Array.from({ length: size }, (_, index) => {
        return { name: `bench/${name}`, data: { n: sent + index } };
      });
      await sendEvents(this.#pool, this.#path, events);
    }
  }
}

const EVENTS_PER_REQUEST = 500;
const JSON_HEADERS = { "content-type": "application/json" };

async function sendEvents(pool: Pool, path: string, events: readonly object[]): Promise<void> {
  const answer = await post(pool, path, JSON_HEADERS, JSON.stringify(events));
  if (answer.status !== 200)
    throw new Error(`Sending events was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
}

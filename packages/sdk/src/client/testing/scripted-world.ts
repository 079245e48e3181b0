import type { World } from "../../platform/contract.ts";
import { platformDigest } from "../../platform/digest.ts";

/** A request as it was sent. */
export interface SentRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What becomes of a request: an answer, an error of the network, or nothing until it is given up. */
export type Outcome = Response | Error | "silence";

export interface ScriptedWorld extends World {
  readonly requests: readonly SentRequest[];
  /** Delays that were waited for, ms. */
  readonly delays: readonly number[];
}

/** Longer timers are deadlines: they ring when nothing answers. */
const DELAY_MS_MAX = 10_000;

/** A world in which time passes at once, chance is all zeros, and each request has its outcome; the last one stays. */
export function scriptedWorld(...outcomes: readonly Outcome[]): ScriptedWorld {
  const requests: SentRequest[] = [];
  const delays: number[] = [];
  let deadline: (() => void) | null = null;
  return {
    requests,
    delays,
    now: () => 1_700_000_000_000,
    after(ms, act) {
      if (ms > DELAY_MS_MAX) deadline = act;
      else {
        delays.push(ms);
        queueMicrotask(act);
      }
      return { cancel: () => undefined };
    },
    random: (bytes) => new Uint8Array(bytes),
    digest: platformDigest(),
    variables: {},
    async fetch(input, init) {
      const request = new Request(input, init);
      requests.push({
        url: request.url,
        method: request.method,
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      });
      const outcome = outcomes[Math.min(requests.length, outcomes.length) - 1] ?? new Error("no outcome");
      if (outcome === "silence") {
        return new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
          deadline?.();
        });
      }
      if (outcome instanceof Error) throw outcome;
      return outcome.clone();
    },
  };
}

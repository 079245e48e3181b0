import type { Egress, EgressOutcome, EgressRequest } from "@holdfast/server/rooms";
import type { Faults, FaultKind } from "./faults.ts";
import type { SimulatedProcess } from "./process.ts";
import { never } from "./process.ts";
import type { Rng } from "./rng.ts";
import type { Timeline } from "./timeline.ts";

export interface NetworkWorld {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly rng: Rng;
  readonly latencyMs: readonly [number, number];
}

/** Where calls to apps arrive. */
export interface AppSide {
  /** Null: nobody listens. The promise never settles when the app dies meanwhile. */
  receive(request: EgressRequest): Promise<EgressOutcome> | null;
  /** Told when the app dies, until it is no longer interested. */
  onDeath(told: () => void): () => void;
}

/** What the caller of an app is told of, at the instants at which it happens. */
export interface CallWatch {
  begins(request: EgressRequest): void;
  /** The server knows how the call came out. */
  ends(outcome: EgressOutcome): void;
}

/** How late a message is at most that is late, and how long a slow call takes. */
const LATE_MS_MAX = 60_000;
const SLOW_CALL_MS_MAX = 120_000;
/** Of connections that break, half do so within this. */
const RESET_MS_MAX = 5000;

/** The way of one server process to the apps. */
export function faultyEgress(
  process: SimulatedProcess,
  app: AppSide,
  world: NetworkWorld,
  watch: () => CallWatch,
  crash: () => void,
): Egress {
  const { timeline, faults } = world;
  return {
    send(request) {
      if (!process.isAlive) return never();
      if (faults.strike("crash-before-call") !== null) {
        crash();
        return never();
      }
      const watching = watch();
      watching.begins(request);
      return new Promise((resolve) => {
        let isOpen = true;
        let forget = (): void => undefined;
        const settle = (outcome: EgressOutcome): void => {
          if (!isOpen) return;
          isOpen = false;
          deadline.cancel();
          forget();
          process.deliver(() => {
            watching.ends(outcome);
            resolve(outcome);
          });
        };
        const breaks = (code: "unreachable" | "reset", within: number): void => {
          timeline.after(Math.round(within * RESET_MS_MAX), () => settle(failed(code)));
        };
        const deadline = timeline.after(request.timeoutMs, () => settle(failed("timed_out")));
        request.signal?.addEventListener("abort", () => settle(failed("aborted")), { once: true });
        forget = app.onDeath(() => breaks("reset", 0));

        const copies = faults.strike("request-doubled") === null ? 1 : 2;
        for (let copy = 0; copy < copies; copy += 1) {
          const lost = faults.strike("request-lost");
          if (lost !== null) {
            breaks("unreachable", lost);
            continue;
          }
          timeline.after(latency(world) + lateness(faults, "request-late"), () => arrive(copy === 0));
        }
        if (faults.strike("crash-after-call") !== null) crash();

        function arrive(isFirst: boolean): void {
          const proxy = faults.strike("proxy-error");
          if (proxy !== null) {
            timeline.after(latency(world), () => settle(proxyError()));
            return;
          }
          const answering = app.receive(request);
          if (answering === null) {
            breaks("unreachable", 0);
            return;
          }
          void answering.then((answer) => {
            const slow = faults.strike("call-slow");
            const delayMs =
              latency(world) + lateness(faults, "answer-late") + Math.round((slow ?? 0) * SLOW_CALL_MS_MAX);
            const lost = faults.strike("answer-lost") ?? faults.strike("answer-reset");
            if (lost !== null) breaks("reset", lost);
            // Of two executions either answer may come first; the second finds the call over.
            else timeline.after(isFirst ? delayMs : delayMs + latency(world), () => settle(answer));
          });
        }
      });
    },
    async close() {
      // Connections close with their process.
    },
  };
}

/** The four ways in which a request to the server goes wrong. */
export interface RequestFaults {
  readonly lost: FaultKind;
  readonly answerLost: FaultKind;
  readonly late: FaultKind;
  readonly doubled: FaultKind;
}

/** How long a sender waits for the server's answer. */
const REQUEST_MS_MAX = 30_000;

/**
 * A request to whichever process listens when it arrives. Null when no answer came, for whatever reason; the request
 * may have been served nevertheless, and more than once. Without `kinds` nothing goes wrong on the way.
 */
export function requestServer<Answer>(
  world: NetworkWorld,
  kinds: RequestFaults | null,
  listening: () => SimulatedProcess | null,
  serve: (process: SimulatedProcess) => Promise<Answer>,
): Promise<Answer | null> {
  const { timeline, faults } = world;
  return new Promise((resolve) => {
    let isOpen = true;
    const settle = (answer: Answer | null): void => {
      if (!isOpen) return;
      isOpen = false;
      deadline.cancel();
      resolve(answer);
    };
    const deadline = timeline.after(REQUEST_MS_MAX, () => settle(null));
    const copies = kinds === null || faults.strike(kinds.doubled) === null ? 1 : 2;
    for (let copy = 0; copy < copies; copy += 1) {
      if (kinds !== null && faults.strike(kinds.lost) !== null) continue;
      const lateMs = kinds === null ? 0 : lateness(faults, kinds.late);
      timeline.after(latency(world) + lateMs, () => {
        const process = listening();
        if (process === null) {
          settle(null);
          return;
        }
        process.deliver(() => {
          void serve(process).then(
            (answer) => {
              if (!process.isAlive || (kinds !== null && faults.strike(kinds.answerLost) !== null)) return;
              timeline.after(latency(world), () => settle(answer));
            },
            // The API would answer with a status that asks to try again.
            () => settle(null),
          );
        });
      });
    }
  });
}

function latency({ rng, latencyMs: [min, max] }: NetworkWorld): number {
  return min === max ? min : rng.integer(min, max);
}

function lateness(faults: Faults, kind: FaultKind): number {
  return Math.round((faults.strike(kind) ?? 0) * LATE_MS_MAX);
}

function failed(code: "unreachable" | "reset" | "timed_out" | "aborted"): EgressOutcome {
  return { kind: "failed", code, message: `simulated: ${code}`, status: null };
}

function proxyError(): EgressOutcome {
  return { kind: "answered", status: 502, headers: { "content-type": "text/html" }, body: "Bad Gateway" };
}

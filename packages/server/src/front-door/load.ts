import type { ELDHistogram } from "node:perf_hooks";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Clock } from "#kernel";

/** What presses on the server now. */
export interface Pressure {
  /** How late its own work begins, ms. */
  readonly delayMs: number;
  /** Bytes of memory in use, and how many there may be. */
  readonly usedBytes: number;
  readonly maxBytes: number;
  /** Bytes that the disk with the data has left above its reserve; null when it cannot be told. */
  readonly spareBytes: number | null;
}

/**
 * What kind of work a request brings. `result`: it carries on what was acknowledged, such as a step's result, and is never
 * turned away. `event`: new work. `other`: reading, and whatever else.
 */
export type WorkKind = "result" | "event" | "other";

const DELAY_MS = { event: 1_000, other: 500 } as const;
const MEMORY_SHARE = { event: 0.92, other: 0.88 } as const;

/** Whether work of a kind is turned away. What is least needed goes first; what was acknowledged is never shed. */
export function isShed(kind: WorkKind, { delayMs, maxBytes, spareBytes, usedBytes }: Pressure): boolean {
  if (kind === "result") return false;
  // The reserve is for what was acknowledged. Reading takes none of it, and may tell what to remove.
  if (kind === "event" && spareBytes !== null && spareBytes < 0) return true;
  return delayMs > DELAY_MS[kind] || usedBytes > maxBytes * MEMORY_SHARE[kind];
}

/** What a request brings, by its path alone: nothing of it was read yet. */
export function workKindOf(method: string, target: string): WorkKind {
  if (method === "POST" && (target.startsWith("/e/") || target.startsWith("/invoke/"))) return "event";
  const isResult =
    target.startsWith("/v1/checkpoint") ||
    target.startsWith("/v1/http/runs") ||
    target.startsWith("/v0/runs/") ||
    target.startsWith("/v1/runs/") ||
    target.startsWith("/fn/") ||
    target.startsWith("/v1/realtime") ||
    target.startsWith("/health");
  return isResult ? "result" : "other";
}

/** How often the histogram looks: what it holds is the whole time between two of its looks. */
const LOOK_MS = 20;

/**
 * Measures how late the event loop is: the mean of a quarter of a second or more, and of two such spans in a row the one
 * that was better. A machine that stood still once is no load, and turning work away afterwards helps nobody; a queue that
 * stands is late in both (as in RFC 8289, which looks at the least delay of an interval).
 */
export function measureDelay(
  clock: Clock,
  histogram: Pick<ELDHistogram, "enable" | "disable" | "reset" | "mean"> = monitorEventLoopDelay({
    resolution: LOOK_MS,
  }),
): { readonly delayMs: () => number; readonly stop: () => void } {
  histogram.enable();
  let spanMs = 0;
  let lastMs = 0;
  let readAt = clock.monotonic();
  return {
    delayMs() {
      const now = clock.monotonic();
      if (now - readAt < 250) return lastMs;
      readAt = now;
      const beforeMs = spanMs;
      spanMs = Number.isNaN(histogram.mean) ? 0 : Math.max(0, histogram.mean / 1e6 - LOOK_MS);
      lastMs = Math.min(beforeMs, spanMs);
      histogram.reset();
      return lastMs;
    },
    stop: () => histogram.disable(),
  };
}

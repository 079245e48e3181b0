import type { Rate } from "#flow-control";
import type { Gate, NewRun } from "../records.ts";

/**
 * A gate as the writer counts it. Counters of different levels never meet: each has its level in front. A singleton is a
 * gate of its own kind of counter, so that two of its runs never overlap.
 */
export type CountedGate =
  | {
      readonly level: "step" | "run";
      readonly counter: string;
      /** Names the registered limit that counts; null where `max` always does. */
      readonly rule: string | null;
      readonly max: number;
    }
  | { readonly level: "throttle"; readonly counter: string; readonly rate: Rate };

/** What gates need to know of a run. `flags` changes as the run begins. */
export interface RunTerms {
  /** The run's number; `Infinity` while it has none, since it will be the youngest. */
  readonly num: number;
  readonly fn: number;
  /** Its place among those of its function that wait: when it was queued, moved ahead by its priority. */
  readonly score: number;
  /** Its place among those of other functions, which its priority does not change (14.6). */
  readonly queuedAt: number;
  readonly gates: readonly CountedGate[];
  flags: number;
}

/** What a run has that most runs have not. */
export const RunFlag = {
  /** Its first call was admitted: it counts at its run-level gates, and has passed its throttle. Only with gates. */
  begun: 1,
  /** It may have waits. */
  waits: 2,
  /** It may have signals. */
  signals: 4,
  /** It started with several events. */
  many: 8,
  /** It passed its throttle, and was held back before anybody was called: it passes once. */
  passed: 16,
  /** A call of it was handed out, so that it has begun whatever becomes of that. Only with gates. */
  called: 32,
} as const;

/** The column of a run's gates: a JSON list of lists, or null for none, which is the usual case. */
export function encodeGates({ gates, singleton }: Pick<NewRun, "gates" | "singleton">): string | null {
  if (gates.length === 0 && singleton === null) return null;
  const lists = gates.map(encodeGate);
  // Before a throttle, which is only asked once every other gate has room.
  if (singleton !== null) lists.unshift(["singleton", singleton.key]);
  return JSON.stringify(lists);
}

type GateList = readonly [level: string, counter: string, ...values: (string | number)[]];

function encodeGate(gate: Gate): GateList {
  return gate.level === "throttle"
    ? [gate.level, gate.counter, gate.limit, gate.periodMs, gate.burst]
    : [gate.level, gate.counter, gate.rule, gate.max];
}

const NONE: readonly CountedGate[] = [];

/** The gates in a run's column, throttles last. */
export function decodeGates(column: string | null, fn: number): readonly CountedGate[] {
  if (column === null) return NONE;
  // The column is only ever written by the function above.
  const lists = JSON.parse(column) as readonly GateList[];
  const gates = lists.map((list) => decodeGate(list, fn));
  return gates.sort((one, other) => Number(one.level === "throttle") - Number(other.level === "throttle"));
}

function decodeGate([level, counter, ...values]: GateList, fn: number): CountedGate {
  if (level === "singleton") {
    return { level: "run", counter: singletonCounter(fn, counter), rule: null, max: 1 };
  }
  if (level === "throttle") {
    // The three numbers of a throttle, as they were written.
    const [limit, periodMs, burst] = values as [number, number, number];
    return { level, counter: throttleCounter(counter), rate: { limit, periodMs, burst } };
  }
  // The rule and the number of a counted gate, as they were written.
  const [rule, max] = values as [string, number];
  return level === "run"
    ? { level, counter: `run/${counter}`, rule, max }
    : { level: "step", counter: `step/${counter}`, rule, max };
}

/** The key of a run's singleton, or null for a run that has none. */
export function singletonKeyOf(column: string | null): string | null {
  if (column === null) return null;
  // As above.
  const lists = JSON.parse(column) as readonly GateList[];
  return lists.find(([level]) => level === "singleton")?.[1] ?? null;
}

function singletonCounter(fn: number, key: string): string {
  return `singleton/${fn}/${key}`;
}

const THROTTLE = "throttle/";

/** The bucket of a throttle. */
function throttleCounter(counter: string): string {
  return THROTTLE + counter;
}

/** Whether a counter is the bucket of a throttle. */
export function isThrottle(counter: string): boolean {
  return counter.startsWith(THROTTLE);
}

/** The bucket of a rate limit. */
export function rateLimitCounter(counter: string): string {
  return `rate/${counter}`;
}

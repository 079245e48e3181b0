import { createRng } from "./rng.ts";

/** Everything that can go wrong. The first group happens at an occasion, the second at an instant of the scenario. */
export const FAULT_KINDS = [
  "crash-before-commit",
  "crash-after-commit",
  "crash-before-call",
  "crash-after-call",
  "disk-slow",
  "disk-full",
  "request-lost",
  "request-late",
  "request-doubled",
  "answer-lost",
  "answer-late",
  "answer-reset",
  "proxy-error",
  "call-slow",
  "app-crash",
  "checkpoint-lost",
  "checkpoint-answer-lost",
  "checkpoint-late",
  "checkpoint-doubled",
  "event-lost",
  "event-answer-lost",
  "event-late",
  "event-doubled",
  "server-crash",
  "server-stall",
  "server-zombie",
  "app-down",
  "clock-jump",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** One fault that was put in, named so that it can be left out again: `answer-lost#17` is that of the 17th occasion. */
export type FaultId = string;

/** Decides at each occasion whether something goes wrong there, and remembers what did. */
export interface Faults {
  /** A number in [0, 1) that says how badly it goes wrong (how late, how long), or null when all goes well. */
  strike(kind: FaultKind): number | null;
  /** From now on things go wrong. */
  begin(): void;
  /** From now on all goes well. */
  cease(): void;
  readonly struck: readonly FaultId[];
  readonly counts: ReadonlyMap<FaultKind, number>;
}

/**
 * Each occasion is decided by the seed, the kind and the occasion's number alone. So a fault that is left out takes no
 * other with it, which is what lets a failure be shrunk fault by fault.
 *
 * @param chances probability by kind; a kind that is missing never strikes
 * @param left faults to leave out
 * @param told hears of each fault that strikes
 */
export function createFaults(
  seed: string,
  chances: Readonly<Partial<Record<FaultKind, number>>>,
  left: ReadonlySet<FaultId>,
  told: (id: FaultId) => void,
): Faults {
  const occasions = new Map<FaultKind, number>();
  const counts = new Map<FaultKind, number>();
  const struck: FaultId[] = [];
  let isOn = false;
  return {
    struck,
    counts,
    strike(kind) {
      const chance = chances[kind] ?? 0;
      if (!isOn || chance === 0) return null;
      const occasion = (occasions.get(kind) ?? 0) + 1;
      occasions.set(kind, occasion);
      const rng = createRng(`${seed}/${kind}/${occasion}`);
      if (!rng.chance(chance)) return null;
      const id = `${kind}#${occasion}`;
      if (left.has(id)) return null;
      struck.push(id);
      told(id);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return rng.fraction();
    },
    begin() {
      isOn = true;
    },
    cease() {
      isOn = false;
    },
  };
}

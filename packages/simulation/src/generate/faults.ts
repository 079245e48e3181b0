import type { FaultKind } from "../world/faults.ts";
import type { Rng } from "../world/rng.ts";

/** Chances of faults that strike at an occasion, in a world where everything goes wrong. */
const CHANCES: Readonly<Partial<Record<FaultKind, number>>> = {
  "crash-before-commit": 0.01,
  "crash-after-commit": 0.01,
  "crash-before-call": 0.02,
  "crash-after-call": 0.02,
  "disk-slow": 0.05,
  "disk-full": 0.03,
  "request-lost": 0.08,
  "request-late": 0.1,
  "request-doubled": 0.1,
  "answer-lost": 0.08,
  "answer-late": 0.1,
  "answer-reset": 0.05,
  "proxy-error": 0.05,
  "call-slow": 0.05,
  "app-crash": 0.03,
  "checkpoint-lost": 0.1,
  "checkpoint-answer-lost": 0.1,
  "checkpoint-late": 0.1,
  "checkpoint-doubled": 0.1,
  "event-lost": 0.1,
  "event-answer-lost": 0.1,
  "event-late": 0.1,
  "event-doubled": 0.1,
};

/**
 * Which faults a world has. Each kind is in about half of them, at a strength of its own: where all strike at once, one
 * hides what another would have shown (Groce et al., "Swarm Testing", 2012).
 */
export function generateChances(rng: Rng): Readonly<Partial<Record<FaultKind, number>>> {
  const strength = rng.pick([0.3, 1, 1, 2]);
  const chances: Partial<Record<FaultKind, number>> = {};
  for (const [kind, chance] of Object.entries(CHANCES)) {
    // The keys of an object literal of this type.
    if (rng.chance(0.5)) chances[kind as FaultKind] = chance * strength;
  }
  return chances;
}

import type { Pausing } from "./pausing.ts";

/** Microseconds for one act, in two windows that follow each other. */
export interface Pair {
  readonly withoutMicros: number;
  readonly withMicros: number;
  readonly draftMicros: number;
}

interface Plan {
  readonly inFlight: number;
  readonly roundCount: number;
  readonly windowMs: number;
}

const WARM_UP_ROUNDS = 2;
const DRAFTS = 2000;

/** Windows with and without entries in turns; every other round begins with the other one. */
export async function measurePairs(pausing: Pausing, plan: Plan): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (let round = -WARM_UP_ROUNDS; round < plan.roundCount; round++) {
    const isAuditedFirst = round % 2 !== 0;
    const first = await microsOf(pausing, plan, isAuditedFirst);
    const second = await microsOf(pausing, plan, !isAuditedFirst);
    const [withMicros, withoutMicros] = isAuditedFirst ? [first, second] : [second, first];
    if (round >= 0) pairs.push({ withMicros, withoutMicros, draftMicros: draftMicrosOf(pausing) });
  }
  return pairs;
}

async function microsOf(pausing: Pausing, { inFlight, windowMs }: Plan, isAudited: boolean): Promise<number> {
  const begin = performance.now();
  let count = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async (_each, index) => {
      for (let turn = 0; turn % 2 === 1 || performance.now() - begin < windowMs; turn++) {
        const isDone = await pausing.act(index, turn % 2 === 0, isAudited);
        if (!isDone) throw new Error("An act that should change something changed nothing.");
        count += 1;
      }
    }),
  );
  return ((performance.now() - begin) / count) * 1000;
}

function draftMicrosOf(pausing: Pausing): number {
  const begin = performance.now();
  for (let index = 0; index < DRAFTS; index++) pausing.draft(index);
  return ((performance.now() - begin) / DRAFTS) * 1000;
}

/** Long enough for the machine's other work to even out, short enough for a coffee. */
const ROUND_MS = 150;
const ROUND_COUNT = 7;

/**
 * Microseconds for one call each, as the best of several rounds in which the candidates take turns: what else the machine
 * does disturbs all of them alike. Runs wherever there is `performance.now()`.
 */
export async function measureTurns(
  candidates: readonly { readonly name: string; act(): unknown }[],
): Promise<ReadonlyMap<string, number>> {
  const best = new Map<string, number>();
  for (let round = 0; round < ROUND_COUNT; round++) {
    for (const { name, act } of candidates) {
      const micros = await measureOnce(act);
      best.set(name, Math.min(micros, best.get(name) ?? Number.POSITIVE_INFINITY));
    }
  }
  return best;
}

async function measureOnce(act: () => unknown): Promise<number> {
  const begin = performance.now();
  let count = 0;
  let spent = 0;
  while (spent < ROUND_MS) {
    for (let turn = 0; turn < 20; turn++) {
      const result = act();
      // A turn of the event loop costs, and only those who need one pay for it.
      if (result instanceof Promise) await result;
    }
    count += 20;
    spent = performance.now() - begin;
  }
  return (spent / count) * 1000;
}

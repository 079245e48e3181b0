import type { Finding, RawAnswer } from "./attack.ts";

export function found(safe: boolean, observed: string): Finding {
  return { safe, observed };
}

/** Makes requests one after another, and finds the first that is not as it should be. */
export async function each<Case>(
  cases: readonly Case[],
  ask: (one: Case) => Promise<RawAnswer>,
  isSafe: (answer: RawAnswer, one: Case) => boolean,
  name: (one: Case) => string,
): Promise<Finding> {
  const seen: number[] = [];
  for (const one of cases) {
    const answer = await ask(one);
    seen.push(answer.status);
    if (!isSafe(answer, one))
      return found(false, `${name(one)}: ${answer.status} ${answer.body.slice(0, 120)}`);
  }
  return found(true, `${cases.length} requests, answered ${[...new Set(seen)].join(", ")}`);
}

/** How often a condition is looked at, and how long at most. */
const LOOK_MS = 10;
const TIMEOUT_MS = 60_000;

export interface UntilOptions {
  readonly timeoutMs?: number;
  /** Facts for the message of a wait that was in vain, such as the log of whoever should have acted. */
  readonly facts?: () => string;
}

/**
 * Waits until a look gives something, and returns it. `undefined`, `null` and `false` mean not yet; so does a throw.
 * The only place of the tests where time is waited for: whoever knows the condition need not guess a duration.
 *
 * @throws Error that names what did not happen, with the last throw as its cause.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { timeoutMs = TIMEOUT_MS, facts }: UntilOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const found = await look();
      // The condition below excludes exactly the three values that the type does.
      if (found !== undefined && found !== null && found !== false)
        return found as Exclude<T, undefined | null | false>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await new Promise((resume) => setTimeout(resume, LOOK_MS));
  } while (performance.now() < deadline);
  const known = facts === undefined ? "" : `\n${facts()}`;
  throw new Error(`Waited ${timeoutMs} ms in vain: ${what}.${known}`, { cause });
}

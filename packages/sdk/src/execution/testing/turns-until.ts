import assert from "node:assert/strict";

const TURNS_MAX = 100_000;

/** Lets everything run until a condition holds. No time passes but what that takes. */
export async function turnsUntil(what: string, condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    assert.ok(turns < TURNS_MAX, `waited in vain: ${what}`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

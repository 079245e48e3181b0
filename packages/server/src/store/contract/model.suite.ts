import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import fc from "fast-check";
import type { Store } from "../contract.ts";
import { createMemoryDisk } from "../memory/memory-disk.ts";
import type { Burst } from "./testing/acts.ts";
import { burst } from "./testing/acts.ts";
import { NOW } from "./testing/builders.ts";
import { contentsOf } from "./testing/contents.ts";
import type { CreateHarness, StoreHarness } from "./testing/harness.ts";
import { Requests } from "./testing/requests.ts";

/** So long histories are tried, or a failing one is shrunk. */
const HISTORIES_MS_MAX = 60_000;

/**
 * Holds a store against the one in memory: the same acts, many at once, are answered alike, and leave the same behind.
 *
 * @param numRuns how many random histories
 */
export function modelSuite(create: CreateHarness, numRuns: number): void {
  test("a store answers as the memory store does, and keeps the same, whatever is asked for at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { minLength: 1, maxLength: 14 }), async (bursts) => {
        const harness = await create();
        try {
          await compare(harness, bursts);
        } finally {
          await harness.cleanup();
        }
      }),
      { numRuns, plugins: [fc.interruptAfterTimeLimit(HISTORIES_MS_MAX)] },
    );
  });
}

async function compare(harness: StoreHarness, bursts: readonly Burst[]): Promise<void> {
  const disk = createMemoryDisk();
  let model = disk.takeOver();
  const requests = new Requests(disk.join());
  let { store } = harness;
  let now = NOW;
  for (const { afterMs, acts, isReopened } of bursts) {
    if (isReopened && !("impossible" in harness.reopen)) {
      store = await harness.reopen();
      model = disk.takeOver();
    }
    now += afterMs;
    const look = requests.look(now);
    assert.deepEqual(await look(store), await look(model), "answer to a look");
    const asked = [];
    for (const act of acts) asked.push(await requests.of(act, now));
    const wanted = await answers(asked.map((ask) => ask(model)));
    const given = await answers(asked.map((ask) => ask(store)));
    for (const [index, answer] of given.entries()) {
      assert.deepEqual(answer, wanted[index], `answer to ${acts[index]?.act}`);
    }
    await compareContents(store, model, requests);
  }
}

async function compareContents(store: Store, model: Store, { runIds }: Requests): Promise<void> {
  assert.deepEqual(await contentsOf(store, runIds), await contentsOf(model, runIds));
}

/** What became of each: a value, or the code of an error. */
async function answers(asked: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(asked);
  return settled.map((outcome) => {
    if (outcome.status === "fulfilled") return { value: outcome.value };
    if (isHoldfastError(outcome.reason)) return { refused: outcome.reason.code };
    throw outcome.reason;
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { createRegistry } from "./registry.ts";
import { nodeDigest, silentLog } from "#kernel";
import { createMemoryDisk } from "#store";
import { ENVIRONMENT } from "../ingest/testing/events.ts";
import { fn, registration } from "./testing/registrations.ts";

const NOW = 1_800_000_000_000;

async function registry() {
  const store = createMemoryDisk().takeOver();
  const it = await createRegistry({
    store: store.apps,
    environment: ENVIRONMENT,
    digest: nodeDigest,
    log: silentLog,
  });
  const register = async (app: string, functions: number, crons: number): Promise<string> => {
    const triggers = Array.from({ length: crons }, (_, index) => ({ cron: `${index} 0 1 1 *` }));
    const list = Array.from({ length: functions }, (_, index) =>
      fn(`f${index}`, { id: `${app}-f${index}`, triggers }),
    );
    const outcome = await it.register({ ...registration(list), appName: app }, NOW);
    return outcome.ok ? "ok" : outcome.message;
  };
  return { it, register };
}

test("A-128 an environment has 5,000 schedules at most, of all its apps; an app may change and leave its own", async () => {
  const { it, register } = await registry();
  assert.equal(await register("one", 400, 10), "ok");
  assert.equal(await register("two", 100, 10), "ok");
  assert.match(await register("three", 1, 1), /at most 5000 schedules; .*it would have 5001/);
  assert.equal(await register("one", 400, 10), "ok", "its own count once");
  assert.equal(await register("two", 99, 10), "ok");
  assert.equal(await register("three", 1, 10), "ok");
  assert.match(await register("two", 100, 10), /5000 schedules/);
  assert.equal(it.functions().filter(({ appName, archived }) => appName === "two" && !archived).length, 99);
});

test("an environment has 1,000 apps at most, and those it has may register again", async () => {
  const { it, register } = await registry();
  for (let count = 0; count < 1000; count += 1) assert.equal(await register(`app-${count}`, 1, 1), "ok");
  assert.match(await register("one-more", 1, 1), /one more than the 1000/);
  assert.equal(await register("app-7", 2, 1), "ok");
  assert.equal(it.apps().length, 1000);
});

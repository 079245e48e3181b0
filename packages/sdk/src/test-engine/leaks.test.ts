import assert from "node:assert/strict";
import { it } from "node:test";
import type { WireError } from "@holdfast/protocol";
import { isHoldfastError } from "@holdfast/protocol";
import { Holdfast } from "../client/client.ts";
import type { Middleware } from "../middleware/contract.ts";
import type { EventData, PayloadStage } from "../payloads/contract.ts";
import { replay } from "./replay.ts";
import { createTestEngine } from "./test-engine.ts";

const CANARY = "canary-7f3k";
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const paid = { event: "order/paid" } as const;

/** Shifts each character: no encoding that anybody would undo by chance, and no encryption. */
const shifted = (text: string, by: number): string =>
  Array.from(text, (char) => String.fromCharCode(char.charCodeAt(0) + by)).join("");
const hidden = (value: unknown): string => shifted(JSON.stringify(value ?? null), 1);
const shown = (value: unknown): unknown => JSON.parse(shifted(String(value), -1));

const stage: PayloadStage = {
  isSealing: true,
  seal: hidden,
  open: shown,
  sealData: (data) => ({ sealed: hidden(data) }),
  openData: (data) => ({ data: "sealed" in data ? (shown(data["sealed"]) as EventData) : data }),
  sealError: (error): WireError => ({ name: "Sealed", message: hidden(error) }),
  openError: (error) => (error.name === "Sealed" ? (shown(error.message) as WireError) : error),
  sealName: () => "a step",
};
const sealing: Middleware = { id: "shift", payloads: () => stage };

/** An app that has the canary everywhere: in events, steps, errors, results. */
function appWith(middleware: readonly Middleware[]) {
  const client = new Holdfast({ id: "shop", mode: "dev", logger: silent, middleware });
  const child = client.createFunction({ id: "child" }, ({ event }) => ({ echo: event.data["secret"] }));
  const ship = client.createFunction({ id: "ship", triggers: paid, retries: 1 }, async ({ event, step }) => {
    const { secret } = event.data;
    const loaded = await step.run("load", () => ({ secret }));
    await step.run("fail once", ({ attempt }) => {
      if (attempt === 0) throw new Error(`refused ${String(secret)}`);
    });
    await step.sendEvent("tell", { name: "order/told", data: { secret } });
    const echoed = await step.invoke("child", { function: child, data: { secret } });
    return { loaded, echoed };
  });
  return { client, ship, child };
}

it("a canary that leaves in the clear is found", async () => {
  const { child, ship } = appWith([]);
  await using engine = await createTestEngine({ functions: [ship, child] });
  await engine.run(ship, { data: { secret: CANARY } });
  assert.throws(
    () => engine.assertNothingLeaks(CANARY),
    (error) => isHoldfastError(error, "plaintext_leaked"),
  );
});

it("with a stage that seals nothing leaks, and the test reads everything in the clear", async () => {
  const { child, ship } = appWith([sealing]);
  await using engine = await createTestEngine({ functions: [ship, child] });
  const run = await engine.run(ship, { data: { secret: CANARY } });
  engine.assertNothingLeaks(CANARY);
  assert.deepEqual(run.output, { loaded: { secret: CANARY }, echoed: { echo: CANARY } });
  assert.equal(run.events[0]?.data["secret"], CANARY);
  assert.deepEqual(run.steps.find(({ id }) => id === "load")?.output, { secret: CANARY });
  assert.deepEqual(
    engine.sent.map(({ data }) => data),
    [{ secret: CANARY }],
  );
  // The canary was looked for where it had been: what left is not nothing.
  assert.ok(engine.outbound.some(({ body }) => body.includes(hidden(CANARY).slice(1, -1))));
});

it("a function that is started by its name, and a signal, are sealed too", async () => {
  const client = new Holdfast({ id: "shop", mode: "dev", logger: silent, middleware: [sealing] });
  const ask = client.createFunction({ id: "ask" }, async ({ event, step }) => {
    const signal = await step.waitForSignal("answer", { signal: "answer", timeout: "1h" });
    return [event.data["secret"], signal?.data];
  });
  await using engine = await createTestEngine({ functions: [ask] });
  const started = await engine.start(ask, { data: { secret: CANARY } });
  await engine.settle();
  assert.equal(await engine.signal("answer", { secret: CANARY }), started.id);
  assert.deepEqual((await engine.end(started)).output, [CANARY, { secret: CANARY }]);
  engine.assertNothingLeaks(CANARY);
});

it("a sealed run is kept sealed, and replayed all the same", async () => {
  const { child, ship } = appWith([sealing]);
  await using engine = await createTestEngine({ functions: [ship, child] });
  for (const run of [await engine.run(ship, { data: { secret: CANARY } }), ...(await engine.runs(child))]) {
    const history = await engine.history(run);
    assert.ok(!JSON.stringify(history).includes(CANARY));
    const result = await replay(history, [ship, child]);
    assert.ok(result.ok, result.ok ? "" : result.message);
    const other = { ...history, end: { status: "Completed", output: hidden("another") } };
    assert.equal((await replay(other, [ship, child])).ok, false);
  }
});

it("a failure is told in the clear to the test alone", async () => {
  const client = new Holdfast({ id: "shop", mode: "dev", logger: silent, middleware: [sealing] });
  const ship = client.createFunction({ id: "ship", triggers: paid, retries: 0 }, ({ event }) => {
    throw new Error(`no ${String(event.data["secret"])}`);
  });
  await using engine = await createTestEngine({ functions: [ship] });
  const run = await engine.run(ship, { data: { secret: CANARY } });
  assert.deepEqual([run.status, run.error?.message], ["Failed", `no ${CANARY}`]);
  engine.assertNothingLeaks(CANARY);
});

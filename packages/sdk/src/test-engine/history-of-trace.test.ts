import assert from "node:assert/strict";
import { it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { Holdfast } from "../client/client.ts";
import { stateOf } from "../client/state.ts";
import { historyOfTrace } from "./history-of-trace.ts";
import { replay } from "./replay.ts";
import { createTestEngine } from "./test-engine.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

function app() {
  const client = new Holdfast({ id: "shop", mode: "dev", logger: silent });
  const price = client.createFunction({ id: "price" }, () => ({ data: { total: 7 } }));
  const ship = client.createFunction(
    { id: "ship", triggers: { event: "order/paid" }, retries: 0 },
    async ({ event, step }) => {
      const values = [
        await step.run("a number", () => 7),
        await step.run("an object", () => ({ data: { deep: true } })),
        await step.run("nothing", () => undefined),
        await step.run("a list", () => [1, 2]),
      ];
      const caught = await step
        .run("fails", () => {
          throw new Error("declined");
        })
        .catch((error: unknown) => (error instanceof Error ? error.message : "?"));
      await step.sleep("an hour", "1h");
      const late = await step.waitForEvent("late", { event: "order/packed", timeout: "1h" });
      const packed = await step.waitForEvent("packed", { event: "order/packed", timeout: "1d" });
      const signal = await step.waitForSignal("approved", { signal: "approve", timeout: "1d" });
      const total = await step.invoke("price", { function: price });
      const rate = await step.fetch("https://bank.example/rate").then((answer) => answer.text());
      return { order: event.data["order"], values, caught, late, packed: packed?.data, signal, total, rate };
    },
  );
  return { client, price, ship };
}

it("a trace of every kind of step becomes a history that the function agrees with", async () => {
  const { client, price, ship } = app();
  await using engine = await createTestEngine({
    functions: [ship, price],
    fetch: () => new Response("3"),
  });
  const started = await engine.start(ship, { data: { order: "A-7" } });
  await engine.advance("3h");
  await engine.send({ name: "order/packed", data: { by: "Ada" } });
  await engine.settle();
  await engine.signal("approve", { yes: true });
  const run = await engine.end(started);
  assert.equal(run.status, "Completed", JSON.stringify(run.error));
  const { body } = await stateOf(client).api.request({
    method: "GET",
    path: `/v2/runs/${run.id}/trace?includeOutput=true`,
    body: null,
    isRepeatable: true,
  });
  const history = historyOfTrace(JSON.parse(JSON.stringify(body)), ship);
  assert.deepEqual(await replay(history, [ship]), { ok: true, steps: 11 });
  // It says the same as the history that the engine itself writes.
  const own = await engine.history(run);
  assert.deepEqual(history.steps, JSON.parse(JSON.stringify(own.steps)));
  assert.deepEqual(history.end?.output, run.output);
});

it("what is no trace, or has no outputs, is refused", () => {
  const { ship } = app();
  for (const bad of [
    null,
    {},
    { rootSpan: { children: [] } },
    { data: { rootSpan: { children: 1, input: {} } } },
  ]) {
    assert.throws(
      () => historyOfTrace(bad, ship),
      (error) => isHoldfastError(error, "request_invalid"),
    );
  }
});

import assert from "node:assert/strict";
import { it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { Holdfast } from "../client/client.ts";
import { createTestEngine } from "./test-engine.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const newClient = (): Holdfast => new Holdfast({ id: "shop", mode: "dev", logger: silent });
const paid = { event: "order/paid" } as const;

it("a wait is ended by the event that matches, and by its time-out when none comes", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
    const packed = await step.waitForEvent("packed", {
      event: "order/packed",
      timeout: "3d",
      if: "event.data.order == async.data.order",
    });
    return packed?.data["by"] ?? "nobody";
  });
  await using engine = await createTestEngine({ functions: [ship] });
  const first = await engine.start(ship, { data: { order: "A" } });
  const second = await engine.start(ship, { data: { order: "B" } });
  await engine.advance("1d");
  await engine.send({ name: "order/packed", data: { order: "A", by: "Ada" } });
  const [packed, forgotten] = [await engine.end(first), await engine.end(second)];
  assert.equal(packed.output, "Ada");
  assert.equal(Number(packed.endedAt) - Number(packed.queuedAt), 86_400_000);
  assert.equal(forgotten.output, "nobody");
  assert.equal(Number(forgotten.endedAt) - Number(forgotten.queuedAt), 3 * 86_400_000);
});

it("a signal wakes the run that waits for it, and nobody else", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
    const signal = await step.waitForSignal("approval", {
      signal: "approve:A",
      timeout: "1h",
    });
    return signal === null ? "timed out" : signal.data;
  });
  await using engine = await createTestEngine({ functions: [ship] });
  assert.equal(await engine.signal("approve:A", { ok: true }), null);
  const started = await engine.start(ship);
  await engine.settle();
  assert.equal(await engine.signal("approve:B"), null);
  assert.equal(await engine.signal("approve:A", { ok: true }), started.id);
  assert.deepEqual((await engine.end(started)).output, { ok: true });
  assert.equal((await engine.run(ship)).output, "timed out");
});

it("an invoke gives what the other function gave, and fails as it failed", async () => {
  const client = newClient();
  const price = client.createFunction({ id: "price", retries: 0 }, ({ event }) => {
    if (event.data["order"] === "none") throw new Error("no such order");
    return { total: 7 };
  });
  const ship = client.createFunction({ id: "ship", triggers: paid, retries: 0 }, async ({ event, step }) => {
    try {
      return await step.invoke("price", { function: price, data: { order: event.data["order"] } });
    } catch (error) {
      return error instanceof Error ? error.message : "?";
    }
  });
  await using engine = await createTestEngine({ functions: [ship, price] });
  assert.deepEqual((await engine.run(ship, { data: { order: "A" } })).output, { total: 7 });
  const failed = await engine.run(ship, { data: { order: "none" } });
  assert.match(JSON.stringify(failed.output), /no such order/);
  assert.equal(failed.steps[0]?.status, "FAILED");
  assert.deepEqual(
    (await engine.runs(price)).map(({ status }) => status),
    ["Completed", "Failed"],
  );
});

it("an event cancels the runs that it means; a run is cancelled by hand", async () => {
  const ship = newClient().createFunction(
    { id: "ship", triggers: paid, cancelOn: [{ event: "order/cancelled", match: "data.order" }] },
    async ({ step }) => {
      await step.sleep("a week", "1w");
      return "shipped";
    },
  );
  await using engine = await createTestEngine({ functions: [ship] });
  const [first, second, third] = [
    await engine.start(ship, { data: { order: "A" } }),
    await engine.start(ship, { data: { order: "B" } }),
    await engine.start(ship, { data: { order: "C" } }),
  ];
  await engine.advance("1d");
  await engine.send({ name: "order/cancelled", data: { order: "A" } });
  assert.equal(await engine.cancel(second), true);
  const ends = [await engine.end(first), await engine.end(second), await engine.end(third)];
  assert.deepEqual(
    ends.map(({ status }) => status),
    ["Cancelled", "Cancelled", "Completed"],
  );
  assert.equal(await engine.cancel(third), false);
});

it("events that the app sends are told, those of the test are not, and they start what they start", async () => {
  const client = newClient();
  const ship = client.createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
    await step.sendEvent("tell", { name: "order/shipped", data: { by: "post" } });
    await client.send({ name: "order/noted", data: {} });
  });
  const thank = client.createFunction(
    { id: "thank", triggers: { event: "order/shipped" } },
    ({ event }) => event.data,
  );
  await using engine = await createTestEngine({ functions: [ship, thank] });
  const run = await engine.run(ship);
  assert.equal(run.status, "Completed", JSON.stringify(run));
  await engine.settle();
  assert.deepEqual(
    engine.sent.map(({ data, name }) => [name, data]),
    [
      ["order/shipped", { by: "post" }],
      ["order/noted", {}],
    ],
  );
  const [thanked] = await engine.runs(thank);
  assert.deepEqual(thanked?.output, { by: "post" });
});

it("parallel steps run side by side, and their results are there together", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) =>
    Promise.all(["a", "b", "c"].map((id) => step.run(id, () => id.toUpperCase()))),
  );
  await using engine = await createTestEngine({ functions: [ship] });
  const run = await engine.run(ship);
  assert.deepEqual(run.output, ["A", "B", "C"]);
  assert.deepEqual(
    run.steps.map(({ id }) => id),
    ["a", "b", "c"],
  );
});

it("what is outside is reached only as the test answers for it", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid, retries: 0 }, async ({ step }) => {
    const answer = await step.fetch("https://bank.example/rates");
    return answer.json();
  });
  const asked: string[] = [];
  {
    await using engine = await createTestEngine({
      functions: [ship],
      fetch: (request) => {
        asked.push(`${request.method} ${request.url}`);
        return Response.json({ rate: 3 });
      },
    });
    assert.deepEqual((await engine.run(ship)).output, { rate: 3 });
    assert.deepEqual(asked, ["GET https://bank.example/rates"]);
  }
  await using engine = await createTestEngine({ functions: [ship] });
  const run = await engine.run(ship);
  assert.equal(run.status, "Failed");
  assert.match(JSON.stringify(run.error), /nothing outside is answered for/);
});

it("a run that takes longer than a year is an error that names what it waits for", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
    await step.sleep("long", "300d");
    await step.sleep("too long", "300d");
  });
  await using engine = await createTestEngine({ functions: [ship] });
  await assert.rejects(
    () => engine.run(ship),
    (error) => isHoldfastError(error, "test_run_stuck") && error.message.includes('"too long"'),
  );
});

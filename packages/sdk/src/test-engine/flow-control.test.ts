import assert from "node:assert/strict";
import { it } from "node:test";
import { Holdfast } from "../client/client.ts";
import { cron } from "../functions/triggers.ts";
import { createTestEngine } from "./test-engine.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const newClient = (): Holdfast => new Holdfast({ id: "shop", mode: "dev", logger: silent });
const paid = { event: "order/paid" } as const;
const MINUTE_MS = 60_000;
const orders = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: "order/paid", data: { order: index } }));

it("no more steps run at once than the concurrency allows", async () => {
  let open = 0;
  let most = 0;
  const ship = newClient().createFunction({ id: "ship", triggers: paid, concurrency: 2 }, async ({ step }) =>
    step.run("pack", async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
    }),
  );
  await using engine = await createTestEngine({ functions: [ship] });
  await engine.send(orders(7));
  await engine.settle();
  assert.equal(most, 2);
  assert.deepEqual(
    (await engine.runs(ship)).map(({ status }) => status),
    Array.from({ length: 7 }, () => "Completed"),
  );
});

it("a throttle spaces the starts of runs", async () => {
  const starts: number[] = [];
  const ship = newClient().createFunction(
    { id: "ship", triggers: paid, throttle: { limit: 1, period: "1m" } },
    () => void starts.push(Number(engine.now()) - begin),
  );
  await using engine = await createTestEngine({ functions: [ship] });
  const begin = Number(engine.now());
  await engine.send(orders(4));
  await engine.settle();
  assert.deepEqual(starts, [0]);
  await engine.advance("5m");
  assert.deepEqual(starts, [0, MINUTE_MS, 2 * MINUTE_MS, 3 * MINUTE_MS]);
});

it("a debounce starts one run, for the last event, once they stay away", async () => {
  const ship = newClient().createFunction(
    { id: "ship", triggers: paid, debounce: { period: "10s" } },
    ({ event }) => event.data["order"],
  );
  await using engine = await createTestEngine({ functions: [ship] });
  const begin = Number(engine.now());
  for (const order of [1, 2, 3]) {
    await engine.send({ name: "order/paid", data: { order } });
    await engine.advance("5s");
  }
  assert.equal((await engine.runs(ship)).length, 0);
  await engine.advance("5s");
  const runs = await engine.runs(ship);
  assert.deepEqual(
    runs.map(({ output, queuedAt }) => [output, Number(queuedAt) - begin]),
    [[3, 20_000]],
  );
  // Asked for by itself, the run is waited for too.
  assert.equal((await engine.run(ship, { data: { order: 9 } })).output, 9);
});

it("a batch starts when it is full, and when its time is over", async () => {
  const ship = newClient().createFunction(
    { id: "ship", triggers: paid, batchEvents: { maxSize: 3, timeout: "1m" } },
    ({ events }) => events.map(({ data }) => data["order"]),
  );
  await using engine = await createTestEngine({ functions: [ship] });
  await engine.send(orders(4));
  await engine.settle();
  assert.deepEqual(
    (await engine.runs(ship)).map(({ output }) => output),
    [[0, 1, 2]],
  );
  await engine.advance("1m");
  assert.deepEqual(
    (await engine.runs(ship)).map(({ output }) => output),
    [[0, 1, 2], [3]],
  );
});

it("a singleton skips, or takes the place of, the run before", async () => {
  const client = newClient();
  const nap = (id: string, mode: "skip" | "cancel") =>
    client.createFunction({ id, triggers: paid, singleton: { mode } }, async ({ step }) => {
      await step.sleep("an hour", "1h");
    });
  const skips = nap("skips", "skip");
  const cancels = nap("cancels", "cancel");
  await using engine = await createTestEngine({ functions: [skips, cancels] });
  for (const event of orders(2)) {
    await engine.send(event);
    await engine.advance("1m");
  }
  await engine.advance("2h");
  const ends = async (fn: typeof skips) => (await engine.runs(fn)).map(({ status }) => status);
  assert.deepEqual(await ends(skips), ["Completed", "Skipped"]);
  assert.deepEqual(await ends(cancels), ["Cancelled", "Completed"]);
});

it("a rate limit drops what is too much", async () => {
  const ship = newClient().createFunction(
    { id: "ship", triggers: paid, rateLimit: { limit: 1, period: "1h" } },
    () => null,
  );
  await using engine = await createTestEngine({ functions: [ship] });
  await engine.send(orders(3));
  await engine.settle();
  assert.equal((await engine.runs(ship)).length, 1);
  await engine.advance("1h");
  await engine.send(orders(1));
  await engine.settle();
  assert.equal((await engine.runs(ship)).length, 2);
});

it("a schedule starts its function at its times", async () => {
  const report = newClient().createFunction(
    { id: "report", triggers: cron("TZ=Europe/Berlin 30 9 * * MON-FRI") },
    ({ event }) => event.data.scheduledAt,
  );
  await using engine = await createTestEngine({ functions: [report], start: "2030-03-29T00:00:00Z" });
  await engine.advance("4d");
  assert.deepEqual(
    (await engine.runs(report)).map(({ output }) => output),
    // Summer begins in between.
    ["2030-03-29T08:30:00.000Z", "2030-04-01T07:30:00.000Z"],
  );
});

it("a year of a daily schedule passes in a moment", async () => {
  const daily = newClient().createFunction({ id: "daily", triggers: cron("0 6 * * *") }, () => null);
  await using engine = await createTestEngine({ functions: [daily] });
  const before = performance.now();
  await engine.advance("365d");
  assert.equal((await engine.runs(daily)).length, 365);
  assert.ok(performance.now() - before < 20_000);
});

it("a function that is paused holds its calls back, and skips what is new", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
    await step.sleep("an hour", "1h");
    return "shipped";
  });
  await using engine = await createTestEngine({ functions: [ship] });
  const started = await engine.start(ship);
  await engine.settle();
  assert.equal(await engine.pause(ship), true);
  await engine.advance("2h");
  assert.equal((await engine.look(started)).status, "Running");
  assert.equal((await engine.run(ship)).status, "Skipped");
  assert.equal(await engine.resume(ship), true);
  assert.equal((await engine.end(started)).output, "shipped");
});

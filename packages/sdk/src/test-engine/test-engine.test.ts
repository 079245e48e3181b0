import assert from "node:assert/strict";
import { it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { Holdfast } from "../client/client.ts";
import { stateOf } from "../client/state.ts";
import { NonRetriableError } from "../errors/non-retriable-error.ts";
import { createTestEngine } from "./test-engine.ts";

const DAY_MS = 86_400_000;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const newClient = (): Holdfast => new Holdfast({ id: "shop", mode: "dev", logger: silent });
const paid = { event: "order/paid" } as const;

it("a run is seen to its end: its output, its steps, their attempts, its log", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ event, logger, step }) => {
    const label = await step.run("label", () => ({ text: `label of ${String(event.data["order"])}` }));
    logger.info("labelled", label.text);
    return { label: label.text };
  });
  await using engine = await createTestEngine({ functions: [ship] });
  const run = await engine.run(ship, { data: { order: "A-7" } });
  assert.equal(run.status, "Completed");
  assert.deepEqual(run.output, { label: "label of A-7" });
  assert.equal(run.error, undefined);
  assert.deepEqual(
    run.steps.map(({ attempts, id, op, output, status }) => ({ attempts, id, op, output, status })),
    [{ attempts: 1, id: "label", op: "RUN", output: { text: "label of A-7" }, status: "COMPLETED" }],
  );
  assert.deepEqual(
    run.logs.map(({ level, message }) => `${level}: ${message}`),
    ["info: labelled label of A-7"],
  );
  assert.equal(run.events[0]?.name, "order/paid");
  assert.deepEqual(run.endedAt, engine.now());
});

it("sleeps of months take no time, and the time they take in the test", async () => {
  const nap = newClient().createFunction({ id: "nap", triggers: paid }, async ({ step }) => {
    for (const month of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) await step.sleep(`month ${month}`, "30d");
    return "awake";
  });
  await using engine = await createTestEngine({ functions: [nap] });
  const before = performance.now();
  const run = await engine.run(nap);
  assert.equal(run.output, "awake");
  assert.equal(Number(run.endedAt) - Number(run.queuedAt), 300 * DAY_MS);
  assert.ok(performance.now() - before < 2000);
});

it("a step is tried again after the back-off of production, and its attempts are told", async () => {
  const attempts: { readonly attempt: number; readonly at: number }[] = [];
  const ship = newClient().createFunction(
    { id: "ship", triggers: paid, retries: 3 },
    async ({ attempt, step }) =>
      step.run("charge", () => {
        attempts.push({ attempt, at: Number(engine.now()) });
        if (attempts.length < 3) throw new Error("declined");
        return "charged";
      }),
  );
  await using engine = await createTestEngine({ functions: [ship] });
  const start = Number(engine.now());
  const run = await engine.run(ship);
  assert.equal(run.output, "charged");
  assert.equal(run.steps[0]?.attempts, 3);
  assert.deepEqual(
    attempts.map(({ attempt }) => attempt),
    [0, 1, 2],
  );
  const [first, second, third] = attempts.map(({ at }) => at - start);
  assert.equal(first, 0);
  assert.ok(second !== undefined && third !== undefined && second >= 10_000 && third - second >= 20_000);
});

it("a run that fails for good says why, and its failure handler is run", async () => {
  const told: unknown[] = [];
  const ship = newClient().createFunction(
    {
      id: "ship",
      triggers: paid,
      retries: 1,
      onFailure: async ({ error, event, step }) => {
        await step.run("tell", () => told.push([event.data.run_id, error.message]));
      },
    },
    async ({ step }) => {
      await step.run("charge", () => {
        throw new Error("declined");
      });
    },
  );
  await using engine = await createTestEngine({ functions: [ship] });
  const run = await engine.run(ship);
  assert.equal(run.status, "Failed");
  assert.equal(run.error?.message, "declined");
  assert.equal(run.steps[0]?.error?.message, "declined");
  assert.equal(run.steps[0]?.attempts, 2);
  await engine.settle();
  assert.deepEqual(told, [[run.id, "declined"]]);
  const runs = await engine.runs();
  assert.deepEqual(
    runs.map(({ functionId, status }) => [functionId, status]),
    [
      ["shop-ship", "Failed"],
      ["shop-ship-failure", "Completed"],
    ],
  );
});

it("an error that is not to be retried ends the run at its first attempt", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid }, () => {
    throw new NonRetriableError("no such order");
  });
  await using engine = await createTestEngine({ functions: [ship] });
  const run = await engine.run(ship);
  assert.deepEqual([run.status, run.attempts, run.error?.message], ["Failed", 1, "no such order"]);
});

it("a step that hangs is ended by its time-out, without waiting for it", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid, retries: 0 }, async ({ step }) => {
    await step.run({ id: "hang", timeout: "10m" }, () => new Promise(() => undefined));
  });
  await using engine = await createTestEngine({ functions: [ship], patienceMs: 20 });
  const run = await engine.run(ship);
  assert.equal(run.status, "Failed");
  assert.match(run.error?.message ?? "", /time-out/);
  assert.equal(Number(run.endedAt) - Number(run.queuedAt), 600_000);
});

it("a run is started, and told to go on by hand", async () => {
  const nap = newClient().createFunction({ id: "nap", triggers: paid }, async ({ step }) => {
    await step.sleep("an hour", "1h");
    return "awake";
  });
  await using engine = await createTestEngine({ functions: [nap], start: "2031-05-01T12:00:00Z" });
  const started = await engine.start(nap);
  await engine.settle();
  assert.deepEqual(engine.now(), new Date("2031-05-01T12:00:00Z"));
  assert.equal((await engine.look(started)).status, "Running");
  await engine.advance("59m");
  assert.equal((await engine.look(started)).steps[0]?.status, "WAITING");
  await engine.advanceTo("2031-05-01T13:00:00Z");
  assert.equal((await engine.look(started)).output, "awake");
});

it("a function without an event of its own is started by its name", async () => {
  const resize = newClient().createFunction({ id: "resize" }, ({ event }) => event.data);
  await using engine = await createTestEngine({ functions: [resize] });
  const run = await engine.run(resize, { data: { width: 7 } });
  assert.equal((run.output as { width?: number }).width, 7);
});

it("an event that starts no run is an error that says so", async () => {
  const ship = newClient().createFunction(
    { id: "ship", triggers: { ...paid, if: "event.data.total > 10" } },
    () => "shipped",
  );
  await using engine = await createTestEngine({ functions: [ship] });
  assert.equal((await engine.run(ship, { data: { total: 11 } })).output, "shipped");
  await assert.rejects(
    () => engine.run(ship, { data: { total: 9 } }),
    (error) => isHoldfastError(error, "test_run_stuck") && error.message.includes("shop-ship"),
  );
});

it("a run whose code hangs is an error that names the run", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
    await step.run("hang", () => new Promise(() => undefined));
  });
  await using engine = await createTestEngine({ functions: [ship], patienceMs: 20, hangingMs: 40 });
  await assert.rejects(
    () => engine.run(ship),
    (error) => isHoldfastError(error, "test_run_stuck") && error.message.includes("its code does nothing"),
  );
});

it("the same test takes the same course; another seed another", async () => {
  const course = async (seed: string): Promise<string> => {
    const ship = newClient().createFunction(
      { id: "ship", triggers: paid, retries: 1 },
      async ({ runId, step }) => {
        await step.run("fail", ({ attempt }) => {
          if (attempt === 0) throw new Error("once");
        });
        return runId;
      },
    );
    await using engine = await createTestEngine({ functions: [ship], seed });
    const run = await engine.run(ship);
    return JSON.stringify([run, engine.outbound]);
  };
  const first = await course("a");
  assert.equal(await course("a"), first);
  assert.notEqual(await course("b"), first);
});

it("calls and answers are signed, and a call that is not is refused by the app", async () => {
  let isReached = false;
  const ship = newClient().createFunction({ id: "ship", triggers: paid }, () => void (isReached = true));
  await using engine = await createTestEngine({ functions: [ship] });
  await engine.run(ship);
  assert.ok(isReached);
  const answers = engine.outbound.filter(({ kind }) => kind === "answer");
  assert.ok(answers.length >= 2);
  for (const { headers, what } of answers) assert.ok("signature" in headers, `${what} is not signed`);
});

it("the client belongs to one engine at a time, and is given back as it was", async () => {
  const client = newClient();
  const ship = client.createFunction({ id: "ship", triggers: paid }, () => null);
  const before = stateOf(client);
  const engine = await createTestEngine({ client, functions: [ship] });
  assert.equal(client.mode, "production");
  await assert.rejects(
    () => createTestEngine({ client, functions: [ship] }),
    (error) => isHoldfastError(error, "conflict"),
  );
  await engine.close();
  await engine.close();
  assert.deepEqual({ ...stateOf(client), functions: null }, { ...before, functions: null });
  assert.deepEqual([...stateOf(client).functions.keys()], ["shop-ship"]);
  await using again = await createTestEngine({ functions: [ship] });
  assert.equal((await again.run(ship)).status, "Completed");
});

it("what the server refuses to register is refused here too, and the client stays as it was", async () => {
  const client = newClient();
  const ship = client.createFunction({ id: "ship", triggers: { ...paid, if: "event.data.((" } }, () => null);
  const isRefused = (error: unknown): boolean =>
    isHoldfastError(error, "config_invalid") && error.message.includes("shop-ship");
  await assert.rejects(() => createTestEngine({ functions: [ship] }), isRefused);
  assert.equal(client.mode, "dev");
  await assert.rejects(() => createTestEngine({ functions: [ship] }), isRefused);
});

it("functions of several clients, or of none, are refused", async () => {
  const one = newClient().createFunction({ id: "one" }, () => null);
  const two = newClient().createFunction({ id: "two" }, () => null);
  for (const functions of [[one, two], []]) {
    await assert.rejects(
      () => createTestEngine({ functions }),
      (error) => isHoldfastError(error, "request_invalid"),
    );
  }
});

import assert from "node:assert/strict";
import { it } from "node:test";
import { Holdfast } from "../client/client.ts";
import { createTestEngine } from "./test-engine.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const newClient = (): Holdfast => new Holdfast({ id: "shop", mode: "dev", logger: silent });
const paid = { event: "order/paid" } as const;

it("a value, a function or an error stands in a step's place, and the step's own is not called", async () => {
  let called = 0;
  const ship = newClient().createFunction({ id: "ship", triggers: paid, retries: 0 }, async ({ step }) =>
    step.run("charge", () => {
      called += 1;
      return "really charged";
    }),
  );
  await using engine = await createTestEngine({ functions: [ship] });
  engine.mock(ship, "charge", "charged");
  assert.equal((await engine.run(ship)).output, "charged");
  const mock = engine.mock(ship, "charge", ({ attempt }: { attempt: number }) => `charged at ${attempt}`);
  assert.equal((await engine.run(ship)).output, "charged at 0");
  assert.equal(mock.calls, 1);
  const failing = engine.mock(ship, "charge", new Error("declined"));
  assert.equal((await engine.run(ship)).error?.message, "declined");
  assert.equal(called, 0);
  failing.restore();
  assert.equal((await engine.run(ship)).output, "really charged");
  assert.equal(called, 1);
});

it("what a replacement gives becomes what JSON keeps of it, as in production", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
    const value: unknown = await step.run("load", () => null);
    return value;
  });
  await using engine = await createTestEngine({ functions: [ship] });
  engine.mock(ship, "load", { at: new Date(0), gone: undefined });
  assert.deepEqual((await engine.run(ship)).output, { at: "1970-01-01T00:00:00.000Z" });
});

it("a replacement that fails at first is tried again", async () => {
  const ship = newClient().createFunction({ id: "ship", triggers: paid, retries: 2 }, async ({ step }) =>
    step.run("charge", () => "no"),
  );
  await using engine = await createTestEngine({ functions: [ship] });
  const mock = engine.mock(ship, "charge", ({ attempt }: { attempt: number }) => {
    if (attempt < 2) throw new Error("declined");
    return "at last";
  });
  const run = await engine.run(ship);
  assert.deepEqual([run.output, run.steps[0]?.attempts, mock.calls], ["at last", 3, 3]);
});

it("a step of the failure handler is replaced by the function's name", async () => {
  const ship = newClient().createFunction(
    { id: "ship", triggers: paid, retries: 0, onFailure: ({ step }) => step.run("tell", () => "really") },
    () => {
      throw new Error("no");
    },
  );
  await using engine = await createTestEngine({ functions: [ship] });
  const mock = engine.mock(ship, "tell", "told");
  await engine.run(ship);
  await engine.settle();
  assert.equal(mock.calls, 1);
  assert.equal((await engine.runs()).at(-1)?.output, "told");
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Holdfast } from "../client/client.ts";
import type { Finding } from "./explore.ts";
import { explore } from "./explore.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const newClient = (): Holdfast => new Holdfast({ id: "shop", mode: "dev", logger: silent });
const paid = { event: "order/paid" } as const;
const kindsOf = (findings: readonly Finding[]): readonly string[] => [
  ...new Set(findings.map(({ kind }) => kind)),
];

describe("explore()", () => {
  it("finds nothing in a function that keeps to the rules, whatever goes wrong around it", async () => {
    const client = newClient();
    const price = client.createFunction({ id: "price" }, ({ event }) => Number(event.data["order"]) * 2);
    const ship = client.createFunction({ id: "ship", triggers: paid }, async ({ event, step }) => {
      const total = await step.invoke("price", { function: price, data: event.data });
      const parts = await Promise.all(
        ["a", "b", "c"].map(async (id) => {
          const one = await step.run(`pick ${id}`, () => id);
          return step.run(`pack ${id}`, () => `${one}!`);
        }),
      );
      await step.sleep("a day", "1d");
      const caught = await step
        .run("fails", () => {
          throw new Error("always");
        })
        .catch(() => "caught");
      await step.sendEvent("tell", { name: "order/shipped" });
      return { total, parts, caught };
    });
    const exploration = await explore(ship, { functions: [price], data: { order: 4 }, rounds: 12 });
    assert.ok(exploration.ok, String(exploration));
    assert.equal(exploration.rounds, 12);
    assert.ok(exploration.executions > 12 * 8);
    assert.match(String(exploration), /^ship: 12 disturbed runs, \d+ executions, seed "1": nothing found$/);
  });

  it("finds steps whose order depends on something outside", async () => {
    let calls = 0;
    const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
      calls += 1;
      const order = calls % 2 === 0 ? ["a", "b"] : ["b", "a"];
      for (const id of order) await step.run(id, () => id);
    });
    const exploration = await explore(ship, { rounds: 2, prepare: () => void (calls = 0) });
    assert.ok(!exploration.ok);
    assert.ok(kindsOf(exploration.findings).includes("step_order"), String(exploration));
    assert.match(
      String(exploration),
      /Where the function came to "b" it comes to "a" in another execution of the same run/,
    );
  });

  it("finds a step that is no longer come to once it has finished", async () => {
    let calls = 0;
    const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
      calls += 1;
      if (calls === 1) await step.run("only once", () => 1);
      return "shipped";
    });
    const exploration = await explore(ship, { rounds: 1, prepare: () => void (calls = 0) });
    assert.ok(kindsOf(exploration.findings).includes("step_vanished"), String(exploration));
    assert.match(
      String(exploration),
      /does not come to "only once" in another execution of the same run, though it has finished/,
    );
  });

  it("finds a result that depends on how often the function was executed", async () => {
    let calls = 0;
    const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
      calls += 1;
      await step.run("a", () => 1);
      return { calls };
    });
    const exploration = await explore(ship, { rounds: 1, prepare: () => void (calls = 0) });
    assert.deepEqual(kindsOf(exploration.findings), ["result_differs"], String(exploration));
    assert.match(String(exploration), /Undisturbed the run is Completed with {"calls":1}/);
  });

  it("finds a result that depends on which of several steps came first, in some order", async () => {
    const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ group, step }) =>
      group.parallel(() => Promise.race(["a", "b", "c"].map((id) => step.run(id, () => id)))),
    );
    const exploration = await explore(ship, { rounds: 12 });
    assert.deepEqual(kindsOf(exploration.findings), ["result_differs"], String(exploration));
  });

  it("finds what happens outside of steps, and not what happens inside", async () => {
    let mails = 0;
    const inside = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
      await step.run("mail", () => void (mails += 1));
      await step.run("again", () => void (mails += 1));
    });
    const outside = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
      await step.run("mail", () => null);
      mails += 1;
    });
    assert.ok((await explore(inside, { rounds: 5, probe: () => mails })).ok);
    const exploration = await explore(outside, { rounds: 1, probe: () => mails });
    assert.deepEqual(kindsOf(exploration.findings), ["side_effect"], String(exploration));
  });

  it("finds the same again with the same seed", async () => {
    const once = async (seed: string): Promise<string> => {
      const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ group, step }) =>
        group.parallel(() => Promise.race(["a", "b", "c", "d"].map((id) => step.run(id, () => id)))),
      );
      return String(await explore(ship, { rounds: 6, seed }));
    };
    assert.equal(await once("x"), await once("x"));
  });

  it("breaks attempts off where some of their work is with the server, and nothing is done twice for it", async () => {
    let charges = 0;
    let mails = 0;
    const client = newClient();
    const ship = client.createFunction(
      { id: "ship", triggers: paid, checkpointing: true },
      async ({ attempt, step }) => {
        await step.run("charge", () => void (charges += 1));
        await step.run("mail", () => void (mails += 1));
        return attempt < 4;
      },
    );
    const exploration = await explore(ship, { rounds: 10 });
    assert.ok(exploration.ok, String(exploration));
    // Attempts were lost: what they had not reported yet was done again.
    assert.ok(charges > 11 && mails > 11, `${charges} and ${mails}`);
  });

  it("plays what has to happen while the run is under way", async () => {
    const ship = newClient().createFunction({ id: "ship", triggers: paid }, async ({ step }) => {
      const packed = await step.waitForEvent("packed", { event: "order/packed", timeout: "1d" });
      return packed === null ? "too late" : "packed";
    });
    const outputs: unknown[] = [];
    const exploration = await explore(ship, {
      rounds: 3,
      during: async (engine, run) => {
        await engine.advance("1h");
        await engine.send({ name: "order/packed" });
        outputs.push((await engine.end(run)).output);
      },
    });
    assert.ok(exploration.ok, String(exploration));
    assert.deepEqual(outputs, ["packed", "packed", "packed", "packed"]);
  });
});

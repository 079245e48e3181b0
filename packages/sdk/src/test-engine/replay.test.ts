import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { Holdfast } from "../client/client.ts";
import type { HoldfastFunction } from "../functions/contract.ts";
import type { RunHistory } from "./contract.ts";
import { replay } from "./replay.ts";
import { createTestEngine } from "./test-engine.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
type Handler = Parameters<Holdfast["createFunction"]>[1];

let ran: string[] = [];

function version(handler: Handler): HoldfastFunction {
  const client = new Holdfast({ id: "shop", mode: "dev", logger: silent });
  return client.createFunction({ id: "ship", triggers: { event: "order/paid" }, retries: 0 }, handler);
}

const first: Handler = async ({ step }) => {
  const label = await step.run("label", () => (ran.push("label"), "L1"));
  await step.sleep("a day", "1d");
  const [left, right] = await Promise.all([
    step.run("left", () => (ran.push("left"), 1)),
    step.run("right", () => (ran.push("right"), 2)),
  ]);
  return { label, sum: left + right };
};

async function recorded(handler: Handler): Promise<RunHistory> {
  const ship = version(handler);
  await using engine = await createTestEngine({ functions: [ship] });
  const history = await engine.history(await engine.run(ship));
  // It is JSON: kept in a file, and read again.
  return JSON.parse(JSON.stringify(history)) as RunHistory;
}

describe("replay()", () => {
  it("finds nothing where the function is the same, and runs no step", async () => {
    const history = await recorded(first);
    ran = [];
    assert.deepEqual(await replay(history, [version(first)]), { ok: true, steps: 4 });
    assert.deepEqual(ran, []);
  });

  it("takes what the server says of a run's state: memos by id", async () => {
    const history = await recorded(first);
    const list = history.steps as readonly { id: string; memo: unknown }[];
    const steps = Object.fromEntries(list.map(({ id, memo }) => [id, memo]));
    assert.ok((await replay({ ...history, steps }, [version(first)])).ok);
  });

  it("finds where a step is missing that finished next", async () => {
    const result = await replay(await recorded(first), [
      version(async ({ step }) => {
        await step.run("label", () => "L1");
        await step.sleep("two days", "2d");
      }),
    ]);
    assert.ok(!result.ok);
    assert.deepEqual([result.kind, result.afterSteps], ["step_missing", 1]);
    assert.match(result.message, /After 1 step the record says step "a day"; now comes "two days"/);
  });

  it("finds where the function ends too early, goes on too long, or ends otherwise", async () => {
    const history = await recorded(first);
    const kinds: string[] = [];
    for (const handler of [
      async ({ step }) => step.run("label", () => "L1"),
      async (context) => {
        await first(context);
        await context.step.run("more", () => null);
      },
      async (context) => ({ ...((await first(context)) as object), extra: true }),
      async (context) => {
        await first(context);
        throw new Error("not any more");
      },
    ] satisfies readonly Handler[]) {
      const result = await replay(history, [version(handler)]);
      kinds.push(result.ok ? "ok" : result.kind);
    }
    assert.deepEqual(kinds, ["ended_early", "not_ended", "another_end", "another_end"]);
  });

  it("holds a failure against the same failure", async () => {
    const failing: Handler = async ({ step }) => {
      await step.run("charge", () => {
        throw new Error("declined");
      });
    };
    const history = await recorded(failing);
    assert.equal(history.end?.status, "Failed");
    assert.ok((await replay(history, [version(failing)])).ok);
    const result = await replay(history, [
      version(async ({ step }) => {
        await step.run("charge", () => null).catch(() => null);
        throw new Error("another");
      }),
    ]);
    assert.equal(result.ok ? "ok" : result.kind, "another_end");
  });

  it("says nothing of the end of a run that had not ended", async () => {
    const { end: _end, ...open } = await recorded(first);
    const longer: Handler = async (context) => {
      await first(context);
      await context.step.run("more", () => null);
    };
    assert.ok((await replay(open, [version(longer)])).ok);
  });

  it("refuses what is no history, and one of another function", async () => {
    const history = await recorded(first);
    await assert.rejects(
      () => replay({ ...history, function: "shop-other" }, [version(first)]),
      (error) => isHoldfastError(error, "not_found"),
    );
    for (const bad of [
      { ...history, events: [] },
      { ...history, steps: [{}] as never },
    ]) {
      await assert.rejects(
        () => replay(bad, [version(first)]),
        (error) => isHoldfastError(error, "request_invalid"),
      );
    }
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CallAnswer } from "../execution/contract.ts";
import { execute } from "../execution/execute.ts";
import { callOf } from "../execution/testing/call-of.ts";
import { clientOf } from "../execution/testing/client-of.ts";
import { opsOf } from "../execution/testing/ops-of.ts";
import type { Handler } from "../execution/testing/record-of.ts";
import { recordOf } from "../execution/testing/record-of.ts";
import { platformDigest } from "../platform/digest.ts";
import { sha1Hex } from "../platform/sha1.ts";
import type { Selection } from "./experiment.ts";
import { chooseVariant, experiment } from "./experiment.ts";

const digest = platformDigest();
const choose = (selection: Selection, seed: string): Promise<string> =>
  chooseVariant(selection, ["a", "b"], { id: "e", seed, digest });

describe("a variant", () => {
  it("is drawn in proportion to the weights, and the same again for the same seed", async () => {
    const weighted = experiment.weighted({ a: 70, b: 30 });
    let count = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const chosen = await choose(weighted, String(seed));
      assert.equal(await choose(weighted, String(seed)), chosen);
      if (chosen === "a") count += 1;
    }
    assert.ok(count > 1300 && count < 1500, String(count));
  });

  it("of no weight is never drawn", async () => {
    for (let seed = 0; seed < 200; seed++) {
      assert.equal(await choose(experiment.weighted({ a: 0, b: 1 }), String(seed)), "b");
    }
  });

  it("is the same for the same value, whatever the run", async () => {
    const chosen = await choose(experiment.bucket("customer-1"), "one");
    assert.equal(await choose(experiment.bucket("customer-1"), "another"), chosen);
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, index) => choose(experiment.bucket(index), "one")),
    );
    assert.deepEqual([...new Set(all)].toSorted(), ["a", "b"]);
    assert.equal(await choose(experiment.bucket(null), "x"), await choose(experiment.bucket(""), "y"));
  });

  it("is refused when it does not exist, and so are weights that cannot be drawn from", async () => {
    for (const selection of [
      experiment.fixed("c"),
      experiment.custom(() => "toString"),
      experiment.weighted({ a: 0, b: 0 }),
      experiment.weighted({ a: -1, b: 2 }),
      experiment.weighted({ a: Number.NaN }),
      experiment.weighted({}),
    ]) {
      await assert.rejects(choose(selection, "x"), { code: "step_invalid" });
    }
  });
});

describe("group.experiment", () => {
  const answer = async (handler: Handler, memos: Record<string, unknown> = {}): Promise<CallAnswer> =>
    execute(callOf({ memos }), { record: recordOf(handler), client: clientOf() });
  const handler: Handler = ({ group, step }) =>
    group.experiment("price", {
      variants: { low: () => step.run("low", () => 5), high: () => step.run("high", () => 9) },
      select: experiment.weighted({ low: 1, high: 0 }),
    });

  it("chooses in a step, and notes what it chose", async () => {
    const [op] = opsOf(await answer(handler));
    assert.deepEqual([op?.op, op?.data, op?.opts], ["StepRun", "low", { type: "group.experiment" }]);
    assert.deepEqual(op?.metadata, [
      {
        kind: "inngest.experiment",
        scope: "step",
        op: "set",
        values: {
          name: "price",
          variant: "low",
          selection_strategy: "weighted",
          available_variants: ["low", "high"],
          variant_weights: { low: 1, high: 0 },
        },
      },
    ]);
  });

  it("keeps to what was chosen once, and gives the variant's result", async () => {
    const memos = { [sha1Hex("price")]: { data: "high" }, [sha1Hex("high")]: { data: 9 } };
    const result = await answer(handler, memos);
    assert.deepEqual(JSON.parse(result.body), {
      result: 9,
      variant: "high",
      experimentRef: { experimentName: "price", variant: "high" },
    });
  });

  it("is refused for a variant without steps, one that is gone, and none at all", async () => {
    const memos = { [sha1Hex("price")]: { data: "low" } };
    for (const variants of [{ low: () => 5 }, { high: () => 9 }, {}]) {
      const result = await answer(
        ({ group }) => group.experiment("price", { variants, select: experiment.fixed("low") }),
        memos,
      );
      assert.equal(result.status, 400, JSON.stringify(Object.keys(variants)));
    }
  });
});

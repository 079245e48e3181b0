import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGate } from "../kit/gate.ts";
import { clientOf } from "../kit/run-of.ts";
import { sdkAnswer } from "../kit/raw-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "../compat/assert-run.ts";

const DONE = sdkAnswer(200, "done");

describe("11.1: calls of one function at once", { timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20, callSlots: 4000 });

  it("11.1 a function without a limit of its own has up to 1000 calls at once, and more wait their turn", async () => {
    const gate = createGate();
    await using app = await stage.rawApp([
      { id: "crowd", answer: () => gate.opened.then(() => DONE) },
      { id: "alone", answer: () => DONE },
    ]);
    await clientOf(stage.server).send(Array.from({ length: 1100 }, () => ({ name: "crowd/go", data: {} })));
    await until("1000 are in", () => app.calls("crowd").length >= 1000);
    // Another function's call gets through, and no further one of this.
    assertCompleted(await stage.run("alone"), "done");
    assert.equal(app.calls("crowd").length, 1000);
    gate.open();
    await until("the others follow", () => app.calls("crowd").length === 1100);
  });
});

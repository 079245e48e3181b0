import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { boundStage, MisplacedError } from "../execution/testing/bound-stage.ts";
import { passThrough } from "../payloads/pass-through.ts";
import type { Frame } from "./frames.ts";
import { openFrame, sealFrame } from "./seal-frame.ts";

const AT = { environment: "", app: "shop", runId: "01J00000000000000000000000" };
const FRAMES: readonly Frame[] = [
  { event: "inngest.stream", data: { data: "canary", hashedStepId: "step" } },
  { event: "inngest.response", data: { status: "succeeded", response: { body: "canary" } } },
];

describe("sealFrame()", () => {
  for (const frame of FRAMES) {
    it(`hides what an ${frame.event} says, for the reader of this run alone`, async () => {
      const sealed = await sealFrame(frame, boundStage(), AT);
      assert.ok(!JSON.stringify(sealed).includes("canary"));
      assert.deepEqual(await openFrame(sealed, boundStage(), AT), frame);
      const elsewhere = { ...AT, runId: "01J00000000000000000000001" };
      await assert.rejects(openFrame(sealed, boundStage(), elsewhere), MisplacedError);
      await assert.rejects(openFrame(frame, boundStage(), AT), MisplacedError);
    });
  }

  it("leaves what says nothing of the app's, and everything where nothing is sealed", async () => {
    const commit: Frame = { event: "inngest.commit", data: { hashedStepId: null } };
    assert.deepEqual(await sealFrame(commit, boundStage(), AT), commit);
    for (const frame of FRAMES) assert.deepEqual(await sealFrame(frame, passThrough, AT), frame);
  });
});

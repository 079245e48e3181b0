import assert from "node:assert/strict";
import { before, test } from "node:test";
import { newSealingKey } from "@holdfast/sealing";
import type { HoldfastFunction } from "holdfast";
import { createTestEngine } from "holdfast/testing";

let referPatient: HoldfastFunction;

before(async () => {
  // The app reads its settings when it is loaded, as it does where it is deployed.
  process.env["HOLDFAST_DEV"] = "1";
  process.env["HOLDFAST_SEALING_KEYS"] = newSealingKey().text();
  ({ referPatient } = await import("./refer-patient.ts"));
});

const referral = { ward: "west", patient: "Ada Quill", diagnosis: "arrhythmia" };

test("a referral that nobody answers ends after two weeks, and nothing of it is readable on the way", async () => {
  await using engine = await createTestEngine({ functions: [referPatient] });
  const startedAt = engine.now();

  const run = await engine.run(referPatient, { data: referral });

  assert.equal(run.status, "Completed");
  assert.deepEqual(run.output, { patient: "Ada Quill", seenBy: null });
  assert.ok(engine.now().getTime() - startedAt.getTime() >= 14 * 24 * 60 * 60 * 1000);
  for (const word of ["Ada Quill", "arrhythmia"]) engine.assertNothingLeaks(word);
  assert.throws(() => engine.assertNothingLeaks("west"), "the ward is in clear, so the search can fail");
});

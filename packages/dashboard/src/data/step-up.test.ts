import assert from "node:assert/strict";
import { test } from "node:test";
import { HoldfastError } from "@holdfast/protocol";
import { createStepUp, ProofDeclined } from "./step-up.ts";

const stale = () =>
  new HoldfastError("forbidden", "No.", { details: { status: 403, code: "reauthentication_required" } });

test("an act that wants a fresh proof is done once more after it was given", async () => {
  const stepUp = createStepUp();
  let count = 0;
  const done = stepUp.guard(async () => {
    count += 1;
    if (count === 1) throw stale();
    return "done";
  });
  const asked = Promise.withResolvers<void>();
  stepUp.subscribe(asked.resolve);
  await asked.promise;
  assert.ok(stepUp.isAsking());
  stepUp.settle(true);
  assert.equal(await done, "done");
  assert.equal(count, 2);
  assert.ok(!stepUp.isAsking());
});

test("an act whose proof is declined is not done, and that is told apart from a failure", async () => {
  const stepUp = createStepUp();
  stepUp.subscribe(() => {
    if (stepUp.isAsking()) stepUp.settle(false);
  });
  await assert.rejects(
    stepUp.guard(() => Promise.reject(stale())),
    ProofDeclined,
  );
});

test("two acts that are refused together wait for one proof", async () => {
  const stepUp = createStepUp();
  let questions = 0;
  let isFresh = false;
  stepUp.subscribe(() => {
    if (!stepUp.isAsking()) return;
    questions += 1;
    queueMicrotask(() => {
      isFresh = true;
      stepUp.settle(true);
    });
  });
  const act = async (): Promise<string> => {
    if (!isFresh) throw stale();
    return "done";
  };
  assert.deepEqual(await Promise.all([stepUp.guard(act), stepUp.guard(act)]), ["done", "done"]);
  assert.equal(questions, 1);
});

test("any other failure is left alone", async () => {
  const stepUp = createStepUp();
  const failure = new HoldfastError("conflict", "No.", { details: { status: 409, code: "last_owner" } });
  await assert.rejects(
    stepUp.guard(() => Promise.reject(failure)),
    failure,
  );
  assert.ok(!stepUp.isAsking());
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WorkChallenge } from "@holdfast/protocol";
import { findWorkProof, isWorkDone } from "@holdfast/protocol";
import { nodeDigest, systemRandom } from "#kernel";
import { manualClock } from "../../kernel/testing/manual-clock.ts";
import type { CrowdGuard } from "./crowd-guard.ts";
import { createCrowdGuard } from "./crowd-guard.ts";

const MINUTE = 60_000;

function guard() {
  const clock = manualClock(1_800_000_000_000);
  return { clock, guard: createCrowdGuard({ clock, digest: nodeDigest, random: systemRandom }) };
}

function fail(one: CrowdGuard, count: number): readonly boolean[] {
  return Array.from({ length: count }, () => one.failed());
}

function solved(challenge: WorkChallenge | null): string {
  assert.ok(challenge !== null);
  const proof = findWorkProof(challenge, nodeDigest, 0, 100_000_000);
  assert.ok(proof !== null);
  return proof;
}

describe("createCrowdGuard()", () => {
  it("asks for nothing until 300 failures within a minute, and says once that it begins to ask", () => {
    const { guard: one } = guard();
    assert.ok(fail(one, 299).every((begins) => !begins));
    assert.equal(one.challenge(), null);
    assert.ok(one.admits(null));
    assert.deepEqual(fail(one, 2), [true, false]);
    assert.ok(!one.admits(null));
    assert.equal(one.challenge()?.bits, 18);
  });

  it("is not moved by as many failures in more than a minute", async () => {
    const { clock, guard: one } = guard();
    fail(one, 150);
    await clock.advance(MINUTE);
    fail(one, 150);
    assert.equal(one.challenge(), null);
  });

  it("stops asking five minutes after the last time that there were as many", async () => {
    const { clock, guard: one } = guard();
    fail(one, 300);
    await clock.advance(5 * MINUTE - 1);
    assert.ok(!one.admits(null));
    await clock.advance(1);
    assert.ok(one.admits(null));
  });

  it("admits a proof of work once, for two minutes, and none that is another's or lacks the work", async () => {
    const { clock, guard: one } = guard();
    const { guard: other } = guard();
    fail(one, 300);
    fail(other, 300);
    const challenge = one.challenge();
    const proof = solved(challenge);
    assert.ok(!other.admits(proof), "made by another process");
    let idle = 0;
    while (isWorkDone(`${challenge?.text}.${idle}`, 18, nodeDigest)) idle += 1;
    for (const none of [
      `${challenge?.text}.${idle}`,
      challenge?.text ?? "",
      "",
      proof.replace(/\.\d+$/, ".x"),
      `${proof}0`,
      proof.toUpperCase(),
    ])
      assert.ok(!one.admits(none), none);
    assert.ok(one.admits(proof));
    assert.ok(!one.admits(proof), "used up");
    const late = solved(one.challenge());
    await clock.advance(2 * MINUTE);
    assert.ok(!one.admits(late), "too late");
  });

  it("takes no second proof of one challenge", () => {
    const { guard: one } = guard();
    fail(one, 300);
    const challenge = one.challenge();
    const first = solved(challenge);
    assert.ok(challenge !== null && one.admits(first));
    const number = Number(first.slice(challenge.text.length + 1));
    const second = findWorkProof(challenge, nodeDigest, number + 1, 100_000_000);
    assert.ok(second !== null && !one.admits(second));
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnablingFacts } from "./enabling.ts";
import { checkEnabling } from "./enabling.ts";
import type { ConnectionRecord } from "./records.ts";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const FACTS: EnablingFacts = { by: "p-1", hasEmergencyCodes: true, hasVerifiedDomain: true, now: NOW };
const TESTED = { by: "p-1", at: NOW - 10 * MINUTE };

/** Why a connection may not be turned on, or null. Only what is looked at is there. */
function refusal(
  state: Parameters<typeof checkEnabling>[1],
  record: Readonly<Record<string, unknown>>,
  facts: Partial<EnablingFacts> = {},
): string | null {
  try {
    const all = { kind: "oidc", tested: TESTED, ...record } as unknown as ConnectionRecord;
    checkEnabling(all, state, { ...FACTS, ...facts });
    return null;
  } catch (error) {
    assert.equal((error as { code: string }).code, "conflict");
    return (error as Error).message;
  }
}

test("a connection is turned off at any time, and on only once somebody came in by it in a test", () => {
  assert.equal(refusal("disabled", { tested: null, kind: "saml", provider: null }), null);
  assert.match(refusal("optional", { kind: "saml", provider: null }) ?? "", /settings are missing/);
  assert.equal(refusal("optional", { kind: "saml", provider: {} }), null);
  for (const state of ["optional", "required"] as const)
    assert.match(refusal(state, { tested: null }) ?? "", /in a test yet/);
  assert.equal(refusal("optional", { tested: { by: "p-2", at: 0 } }), null, "by whoever, however long ago");
});

test("a connection is required only by who came in by it within ten minutes, with a way back, of somebody", () => {
  assert.equal(refusal("required", {}), null);
  assert.match(refusal("required", { tested: { ...TESTED, by: "p-2" } }) ?? "", /passed yourself/);
  assert.match(refusal("required", {}, { now: NOW + 1 }) ?? "", /in the last ten minutes/);
  assert.match(refusal("required", {}, { hasEmergencyCodes: false }) ?? "", /codes for emergencies/);
  assert.match(refusal("required", {}, { hasVerifiedDomain: false }) ?? "", /domain that is verified/);
  assert.equal(refusal("optional", {}, { hasEmergencyCodes: false, hasVerifiedDomain: false }), null);
});

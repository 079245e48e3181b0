import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { examineResponse } from "./read-response.ts";
import { BATTERY, expectedIn, genuine } from "./testing/battery.ts";
import { encodeForPost, NAME_ID, SIGNING_MODES } from "./testing/identity-provider.ts";
import { createWorld, kitOf, NOW } from "./testing/world.ts";

/** Of the table in the attack catalogue, 43 numbers; with letters and modes three times as many documents. */
const DOCUMENTS_MIN = 81;

describe("A-057 the battery of SAML documents", () => {
  it(`has at least ${DOCUMENTS_MIN} documents, each with a number of its own`, () => {
    assert.ok(BATTERY.length >= DOCUMENTS_MIN, `${BATTERY.length} documents`);
    assert.equal(new Set(BATTERY.map(({ number }) => number)).size, BATTERY.length);
  });

  for (const mode of SIGNING_MODES) {
    it(`A-057 R1, R3 the genuine document, ${mode} signed: accepted each time, by the same id for the caller to remember`, async () => {
      const world = createWorld();
      const parameter = encodeForPost(genuine(kitOf(world), mode));
      const examined = () => examineResponse(parameter, world.trust, world.expected, NOW);
      const results = await Promise.all([examined(), examined(), examined(), examined()]);
      const ids = results.map((result) => (result.ok ? result.identity.assertionId : result.error.code));
      assert.match(ids[0] ?? "", /^_a/);
      assert.equal(new Set(ids).size, 1);
    });
  }

  for (const row of BATTERY) {
    for (const mode of SIGNING_MODES) {
      const expected = expectedIn(row, mode);
      it(`A-057 ${row.number} ${row.title}, ${mode} signed: ${expected ?? "accepted, and inert"}`, async () => {
        const world = createWorld();
        const result = await examineResponse(row.make(kitOf(world), mode), world.trust, world.expected, NOW);
        if (result.ok) {
          assert.equal(expected, null);
          assert.equal(result.identity.nameId, NAME_ID);
          assert.equal("isAdmin" in result.identity, false);
        } else {
          assert.equal(result.error.code, expected);
        }
      });
    }
  }
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Statement } from "../testing/identity-provider.ts";
import { instantAt, ordinaryStatement } from "../testing/identity-provider.ts";
import { verdictOn } from "../testing/judge.ts";
import { createWorld } from "../testing/world.ts";

const { situation } = createWorld();
const at = (offsetMs: number): string => instantAt(situation, offsetMs);
const ordinary = ordinaryStatement(situation);
const says = (statement: Partial<Statement>) => verdictOn({ says: statement });
const confirmed = (changes: Readonly<Record<string, string | null>>): Partial<Statement> => ({
  confirmation: { ...ordinary.confirmation, ...changes },
});
const SKEW = 60_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

describe("the times", () => {
  it("are there", async () => {
    assert.equal(await says({ notOnOrAfter: null }), "saml_time_missing");
    assert.equal(await says({ issueInstant: null }), "saml_time_missing");
    assert.equal(await says({ authnInstant: null }), "saml_time_missing");
    assert.equal(await says({ notBefore: null }), null);
  });

  it("are forgiven a minute, and no more", async () => {
    assert.equal(await says({ notOnOrAfter: at(-SKEW) }), "saml_expired");
    assert.equal(await says({ notOnOrAfter: at(-SKEW + 1) }), null);
    assert.equal(await says({ notBefore: at(SKEW + 1) }), "saml_not_yet_valid");
    assert.equal(await says({ notBefore: at(SKEW) }), null);
    assert.equal(await says({ issueInstant: at(SKEW + 1) }), "saml_not_yet_valid");
    assert.equal(await says({ issueInstant: at(SKEW) }), null);
  });

  it("end an hour after issue, whichever end is later", async () => {
    const issueInstant = at(0);
    assert.equal(await says({ issueInstant, notOnOrAfter: at(HOUR + SKEW) }), null);
    assert.equal(await says({ issueInstant, notOnOrAfter: at(HOUR + SKEW + 1) }), "saml_lifetime");
    assert.equal(
      await says({ issueInstant, ...confirmed({ NotOnOrAfter: at(HOUR + SKEW + 1) }) }),
      "saml_lifetime",
    );
  });

  it("begin ten minutes ago at most", async () => {
    assert.equal(await says({ issueInstant: at(-10 * MINUTE - SKEW) }), null);
    assert.equal(await says({ issueInstant: at(-10 * MINUTE - SKEW - 1) }), "saml_too_old");
  });

  it("are written in UTC, in one way, and exist", async () => {
    for (const text of [
      "2026-11-22T10:04:00",
      "2026-11-22T10:04:00+00:00",
      "2026-11-22 10:04:00Z",
      "2026-11-22T10:04Z",
      "2026-11-22T10:04:00z",
      "2026-11-22",
      "1795341840",
      "2026-11-31T10:04:00Z",
      "2026-11-22T25:04:00Z",
      "2026-11-22T10:60:00Z",
      "2026-11-22T24:00:00Z",
      "",
      " 2026-11-22T10:04:00Z",
      "2026-11-22T10:04:00.Z",
      "+002026-11-22T10:04:00Z",
    ])
      for (const statement of [
        { notOnOrAfter: text },
        { notBefore: text },
        { issueInstant: text },
        { authnInstant: text },
        { sessionNotOnOrAfter: text },
      ])
        assert.equal(await says(statement), "saml_time_format", JSON.stringify(statement));
    for (const text of ["2026-11-22T10:04:00Z", "2026-11-22T10:04:00.1Z", "2026-11-22T10:04:00.1234567Z"])
      assert.equal(await says({ notOnOrAfter: text }), null, text);
  });
});

describe("the conditions", () => {
  it("are one element, of conditions that we know", async () => {
    assert.equal(await says({ more: "<saml:Conditions/>" }), "saml_structure");
    assert.equal(await says({ moreConditions: "<saml:OneTimeUse/><saml:ProxyRestriction/>" }), null);
    for (const moreConditions of ["<saml:Condition/>", '<x:OneTimeUse xmlns:x="urn:x"/>'])
      assert.equal(await says({ moreConditions }), "saml_structure", moreConditions);
  });

  it("A-059 are for us: one name of each restriction is ours, character for character", async () => {
    const { spEntityId } = situation;
    assert.equal(await says({ audiences: [["https://a.example", spEntityId]] }), null);
    assert.equal(await says({ audiences: [[spEntityId], [spEntityId]] }), null);
    for (const audiences of [
      [[]],
      [[`${spEntityId}/`]],
      [[` ${spEntityId}`]],
      [[spEntityId.toUpperCase()]],
      [["https://a.example"], [spEntityId]],
      [[spEntityId], []],
    ])
      assert.equal(await says({ audiences }), "saml_audience", JSON.stringify(audiences));
    assert.equal(await says({ audiences: [[`${spEntityId}<x/>`]] }), "saml_structure");
  });
});

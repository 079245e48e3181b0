import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Statement } from "../testing/identity-provider.ts";
import { instantAt } from "../testing/identity-provider.ts";
import { examine, verdictOn } from "../testing/judge.ts";
import { createWorld, NOW } from "../testing/world.ts";

const { situation } = createWorld();
const at = (offsetMs: number): string => instantAt(situation, offsetMs);
const says = (statement: Partial<Statement>) => verdictOn({ says: statement });
const SKEW = 60_000;
const HOUR = 3_600_000;

describe("the statement on the sign-in", () => {
  it("is one, with a context", async () => {
    assert.equal(await says({ authnStatements: 0 }), "saml_authn_statement");
    assert.equal(await says({ authnStatements: 2 }), "saml_authn_statement");
    assert.equal(await says({ authnContext: null }), "saml_authn_statement");
  });

  it("ends later, if it says when", async () => {
    assert.equal(await says({ sessionNotOnOrAfter: at(0) }), "saml_session_expired");
    assert.equal(await says({ sessionNotOnOrAfter: at(1) }), null);
    const result = await examine({ says: { sessionNotOnOrAfter: null, sessionIndex: null } });
    assert.ok(result.ok);
    assert.equal(result.identity.sessionNotOnOrAfter, null);
    assert.equal(result.identity.sessionIndex, null);
  });

  it("A-076 names one of the ways that the connection lists", async () => {
    const authnContexts = ["urn:mfa", "urn:smartcard"];
    const trust = { authnContexts };
    assert.equal(await verdictOn({ trust, says: { authnContext: "urn:smartcard" } }), null);
    assert.equal(await verdictOn({ trust, says: { authnContext: "urn:password" } }), "saml_authn_context");
    assert.equal(await verdictOn({ trust, says: { authnContext: "" } }), "saml_authn_context");
  });

  it("A-076 is newer than the request, where a new sign-in was asked for", async () => {
    const expected = { forceAuthn: true, issuedAt: NOW };
    assert.equal(await verdictOn({ expected, says: { authnInstant: at(-SKEW) } }), null);
    assert.equal(await verdictOn({ expected, says: { authnInstant: at(-SKEW - 1) } }), "saml_authn_context");
    assert.equal(await says({ authnInstant: at(-8 * HOUR) }), null);
  });
});

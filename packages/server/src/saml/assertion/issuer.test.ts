import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Statement } from "../testing/identity-provider.ts";
import { verdictOn } from "../testing/judge.ts";
import { createWorld } from "../testing/world.ts";

const { situation } = createWorld();
const says = (statement: Partial<Statement>) => verdictOn({ says: statement });

describe("issuer and destination", () => {
  it("the assertion names its issuer, the response may", async () => {
    assert.equal(await says({ issuer: null }), "saml_issuer");
    assert.equal(await says({ responseIssuer: null }), null);
    const { idpEntityId } = situation;
    for (const name of [`${idpEntityId}/`, ` ${idpEntityId}`, idpEntityId.toUpperCase(), ""]) {
      assert.equal(await says({ issuer: name }), "saml_issuer", name);
      assert.equal(await says({ responseIssuer: name }), "saml_issuer", name);
    }
    assert.equal(await says({ more: `<saml:Issuer>${idpEntityId}</saml:Issuer>` }), "saml_issuer");
    assert.equal(await says({ issuer: `${idpEntityId}<x/>` }), "saml_structure");
  });

  it("a signed response says where it goes, another may leave it out", async () => {
    const destination = null;
    assert.equal(await verdictOn({ says: { destination }, issue: { mode: "assertion" } }), null);
    assert.equal(await verdictOn({ says: { destination }, issue: { mode: "response" } }), "saml_destination");
    assert.equal(await verdictOn({ says: { destination }, issue: { mode: "both" } }), "saml_destination");
    assert.equal(await says({ destination: `${situation.acsUrl}/` }), "saml_destination");
  });
});

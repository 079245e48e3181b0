import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCheckList } from "../check-list.ts";
import { preflight } from "../preflight/preflight.ts";
import { verifyResponse } from "../verify-response.ts";
import { readAssertion } from "./read-assertion.ts";
import { NAME_ID, encodeForPost, issueResponse, ordinaryStatement } from "../testing/identity-provider.ts";
import { codeOf } from "../testing/judge.ts";
import { createWorld, NOW, REQUEST_ID } from "../testing/world.ts";

const world = createWorld();
const { situation } = world;
const ordinary = ordinaryStatement(situation);

describe("the second reading", () => {
  it("refuses a document that the engine reads differently", async () => {
    const { expected, idpKey, trust } = world;
    const xml = issueResponse(ordinary, { mode: "both", key: idpKey });
    const response = preflight(encodeForPost(xml), createCheckList());
    const verified = await verifyResponse(response, trust, createCheckList());
    assert.equal(verified.nameId, NAME_ID);
    for (const nameId of ["owner", "", null]) {
      const read = () =>
        readAssertion({ ...verified, nameId }, response, trust, expected, NOW, createCheckList());
      assert.equal(codeOf(read), "saml_differential");
    }
    assert.equal(expected.requestId, REQUEST_ID);
  });
});

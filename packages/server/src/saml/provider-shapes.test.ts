import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { examineResponse } from "./read-response.ts";
import { encodeForPost } from "./testing/identity-provider.ts";
import { PROVIDER_SHAPES } from "./testing/provider-shapes.ts";
import { createWorld, NOW } from "./testing/world.ts";

describe("responses in the shapes of well-known providers", () => {
  for (const shape of PROVIDER_SHAPES) {
    const { attribute, nameId, nameIdFormat, provider, signs } = shape;
    it(`${provider}, which signs ${signs === "both" ? "both" : `the ${signs}`}, is read`, async () => {
      const world = createWorld({ nameIdFormat });
      const xml = shape.issue(world.situation, world.idpKey);
      const result = await examineResponse(encodeForPost(xml), world.trust, world.expected, NOW);
      assert.ok(result.ok, JSON.stringify(result));
      assert.equal(result.identity.nameId, nameId);
      assert.deepEqual(result.identity.attributes.get(attribute[0]), attribute[1]);
      const detailOf = (name: string) => result.checks.find((check) => check.name === name)?.detail ?? "";
      assert.equal(/verifies/.test(detailOf("response-signature")), signs !== "assertion");
      assert.equal(/verifies/.test(detailOf("assertion-signature")), signs !== "response");
    });

    it(`${provider}: one character of the name changed is refused`, async () => {
      const world = createWorld({ nameIdFormat });
      const genuine = shape.issue(world.situation, world.idpKey);
      const xml = genuine.replace(`>${nameId}<`, `>${nameId.replace(/.$/, "0")}<`);
      assert.notEqual(xml, genuine);
      const result = await examineResponse(encodeForPost(xml), world.trust, world.expected, NOW);
      assert.ok(!result.ok);
      assert.equal(result.error.code, "saml_signature");
    });
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { readResponse, examineResponse } from "./read-response.ts";
import {
  encodeForPost,
  issueResponse,
  NAME_ID,
  ordinaryStatement,
  PERSISTENT,
  SIGNING_MODES,
} from "./testing/identity-provider.ts";
import { createWorld, NOW, REQUEST_ID } from "./testing/world.ts";

for (const mode of SIGNING_MODES) {
  test(`a genuine response is read, ${mode} signed`, async () => {
    const world = await createWorld();
    const xml = issueResponse(ordinaryStatement(world.situation), { mode, key: world.idpKey });
    const identity = await examineResponse(encodeForPost(xml), world.trust, world.expected, NOW);
    assert.ok(identity.ok, JSON.stringify(identity));
    void readResponse;
    void NAME_ID;
    void PERSISTENT;
    void REQUEST_ID;
  });
  test(`a genuine response is read, ${mode} signed, encrypted`, async () => {
    const world = await createWorld();
    const xml = issueResponse(ordinaryStatement(world.situation), {
      mode,
      key: world.idpKey,
      encrypt: { certificatePem: world.spKey.certificatePem },
    });
    const identity = await examineResponse(encodeForPost(xml), world.trust, world.expected, NOW);
    assert.ok(identity.ok, JSON.stringify(identity));
  });
}

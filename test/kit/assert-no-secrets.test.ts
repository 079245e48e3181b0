import assert from "node:assert/strict";
import { it } from "node:test";
import { assertNoSecrets } from "./assert-no-secrets.ts";
import { bearerOf, createEventKey, createSigningKey } from "./test-keys.ts";

it("assertNoSecrets() finds keys, their hashes, and stretches of both, in any case of letters", () => {
  const key = createSigningKey();
  const eventKey = createEventKey();
  const hash = bearerOf(key).slice("Bearer signkey-test-".length);
  const leaks = [key, key.slice(20, 40), key.toUpperCase(), hash, hash.slice(10, 26), `url: /e/${eventKey}`];
  for (const leak of leaks) {
    assert.throws(
      () => assertNoSecrets(["before", `a line with ${leak}.`], [key, eventKey]),
      /a secret shows/,
    );
  }
});

it("assertNoSecrets() lets the short ids through by which keys are named", () => {
  const key = createSigningKey();
  const keyId = bearerOf(key).slice("Bearer signkey-test-".length).slice(0, 12);
  assertNoSecrets([`signed with ${keyId}`, "signkey-test-(secret)"], [key]);
});

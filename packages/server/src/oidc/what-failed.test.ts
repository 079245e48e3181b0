import assert from "node:assert/strict";
import { test } from "node:test";
import { OidcError } from "./oidc-error.ts";
import { codeOf, isClientRefused } from "./what-failed.ts";

test("codeOf() knows what failed by the words of whatever was thrown, and of what caused it", () => {
  const because = (message: string, cause?: unknown): Error => new Error(message, { cause });
  for (const [error, code] of [
    [because('response parameter "state" missing'), "oidc_state"],
    [because('unexpected ID Token "nonce" claim value'), "oidc_nonce"],
    [because('unexpected JWT "iss" (issuer) claim value'), "oidc_issuer"],
    [because("something", because("connect ECONNREFUSED 10.0.0.1:443")), "oidc_unreachable"],
    [because("something", "timed out"), "oidc_unreachable"],
    ["fetch failed", "oidc_unreachable"],
    [because("JWT signature verification failed"), "oidc_token"],
    [because("the state of things"), "oidc_token"],
    [undefined, "oidc_token"],
  ] as const)
    assert.equal(codeOf(error), code, String(error));
  const itself = new Error("x");
  itself.cause = itself;
  assert.equal(codeOf(itself), "oidc_token");
  assert.equal(isClientRefused(because("invalid_client")), false, "its own words are no proof");
});

test("an OidcError has a cause where there is one, and no member of that name where there is none", () => {
  assert.equal(Object.hasOwn(new OidcError("oidc_token"), "cause"), false);
  const cause = new Error("x");
  assert.equal(new OidcError("oidc_token", cause).cause, cause);
});

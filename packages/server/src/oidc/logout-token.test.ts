import assert from "node:assert/strict";
import { test } from "node:test";
import { readLogoutToken } from "./logout-token.ts";
import { ISSUER, LOGOUT_EVENTS, testProvider, TRUST } from "./testing/provider.ts";

const provider = testProvider();
const NOW = Date.UTC(2026, 4, 1);
const GOOD = {
  iss: ISSUER,
  aud: TRUST.clientId,
  iat: NOW / 1000,
  jti: "l-1",
  sub: "u-1",
  events: LOGOUT_EVENTS,
};

async function read(
  claims: Readonly<Record<string, unknown>>,
  { header = {}, tenant = null }: { readonly header?: object; readonly tenant?: string | null } = {},
) {
  const token = await provider.sign({ ...GOOD, ...claims }, { typ: "logout+jwt", ...header });
  return readLogoutToken({ token, trust: { ...TRUST, tenant }, keys: provider.keys, nowMs: NOW });
}
const refused = { name: "OidcError", code: "oidc_logout_token" };

test("a logout token names a subject, a session or both, and its id is to be remembered for ten minutes", async () => {
  const expiresAt = NOW + 600_000;
  assert.deepEqual(await read({}), { subject: "u-1", sessionId: null, id: "l-1", expiresAt });
  assert.deepEqual(await read({ sid: "s-1" }), { subject: "u-1", sessionId: "s-1", id: "l-1", expiresAt });
  assert.deepEqual(await read({ sub: undefined, sid: "s-1" }), {
    subject: null,
    sessionId: "s-1",
    id: "l-1",
    expiresAt,
  });
  await assert.rejects(read({ sub: undefined }), refused);
  await assert.rejects(read({ sub: undefined, sid: 7 }), refused, "a session is a text");
});

test("a logout token is a moment old: five minutes and what clocks differ by, and not from the time to come", async () => {
  const at = (seconds: number) => read({ iat: NOW / 1000 + seconds });
  await at(-360);
  await assert.rejects(at(-361), refused);
  await at(60);
  await assert.rejects(at(61), refused);
  await assert.rejects(read({ exp: NOW / 1000 - 61 }), refused, "one that says itself that it has ended");
});

test("a logout token is about a logout", async () => {
  for (const events of [undefined, null, "logout", {}, { "urn:other": {} }, [Object.keys(LOGOUT_EVENTS)[0]]])
    await assert.rejects(read({ events }), refused, JSON.stringify(events));
  await assert.rejects(read({ nonce: "n" }), refused, "an ID token");
  await assert.rejects(read({ jti: undefined }), refused, "one that could come again");
  await assert.rejects(read({ iat: undefined }), refused);
});

test("a logout token says that it is one, or nothing of what it is", async () => {
  for (const typ of ["logout+jwt", "Logout+JWT", "JWT", undefined]) await read({}, { header: { typ } });
  for (const typ of ["at+jwt", "secevent+jwt", "id+jwt", ""])
    await assert.rejects(read({}, { header: { typ } }), refused, typ);
});

test("a logout token of another tenant of the same issuer ends nobody's session here", async () => {
  await read({ tid: "ours" }, { tenant: "ours" });
  // Not every provider says it here; the issuer of a tenant is exact.
  await read({}, { tenant: "ours" });
  await assert.rejects(read({ tid: "theirs" }, { tenant: "ours" }), refused);
  await read({ tid: "whichever" });
});

test("a logout token is signed by the provider, for this client, by one of four algorithms", async () => {
  await read({}, { header: { alg: "PS256" } });
  await assert.rejects(read({}, { header: { alg: "RS512" } }), refused);
  await assert.rejects(read({ aud: "another" }), refused);
  await assert.rejects(read({ iss: `${ISSUER}/` }), refused);
  const token = await testProvider().sign(GOOD);
  const tampered = token.replace(
    /\.([^.]+)$/,
    (_, signature: string) => `.${signature.split("").toReversed().join("")}`,
  );
  for (const wrong of [tampered, "nonsense", "", `${token}x`])
    await assert.rejects(
      readLogoutToken({ token: wrong, trust: TRUST, keys: provider.keys, nowMs: NOW }),
      (error: Error) =>
        error.name === "OidcError" && error.cause !== undefined && !error.message.includes("jwt"),
    );
});

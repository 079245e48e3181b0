import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { createOidcClient } from "./oidc-client.ts";
import { BINDING, CALLBACK, ISSUER, LOGOUT_EVENTS, testProvider, TRUST } from "./testing/provider.ts";

const CONFIGURATION = "/.well-known/openid-configuration";
const HOUR_MS = 3_600_000;

function stage() {
  const provider = testProvider();
  const clock = manualClock(0);
  const client = createOidcClient({ clock, fetch: provider.fetch });
  const finish = (trust = TRUST, forcedAt: number | null = null) =>
    client.finish(trust, CALLBACK, BINDING, forcedAt);
  return { provider, clock, client, finish };
}
const refused = (code: string) => ({ name: "OidcError", code });

test("a visit begins with everything that it is bound to, and asks for a new sign-in only where one is wanted", async () => {
  const { client } = stage();
  const asked = async (forceAuthn: boolean) =>
    Object.fromEntries(new URL(await client.start(TRUST, BINDING, forceAuthn)).searchParams);
  const usual = {
    client_id: "holdfast",
    redirect_uri: TRUST.redirectUri,
    response_type: "code",
    scope: "openid email profile",
    state: BINDING.state,
    nonce: BINDING.nonce,
    // RFC 7636, 4.2: the digest of the verifier, which itself stays here.
    code_challenge: createHash("sha256").update(BINDING.verifier).digest("base64url"),
    code_challenge_method: "S256",
  };
  assert.deepEqual(await asked(false), usual);
  const forced = await asked(true);
  assert.deepEqual([forced["prompt"], forced["max_age"]], ["login", "0"]);
});

test("a public client has no secret to send; another sends it in the body", async () => {
  const { finish, provider } = stage();
  await finish();
  await finish({ ...TRUST, clientSecret: null });
  const secrets = provider.tokenRequests.map((fields) => fields.get("client_secret"));
  assert.deepEqual(secrets, [TRUST.clientSecret, null]);
  assert.deepEqual(
    provider.tokenRequests.map((fields) => fields.get("code_verifier")),
    [BINDING.verifier, BINDING.verifier],
  );
});

test("a provider's configuration is asked for once in an hour, for each client, and again at once when it could not be read", async () => {
  const { client, clock, provider } = stage();
  const reads = (): number => provider.asked.get(CONFIGURATION) ?? 0;
  provider.broken.add(CONFIGURATION);
  await assert.rejects(client.start(TRUST, BINDING, false), refused("oidc_discovery"));
  provider.broken.clear();
  await client.start(TRUST, BINDING, false);
  await client.start(TRUST, BINDING, false);
  assert.equal(reads(), 2);
  await client.start({ ...TRUST, clientSecret: "a new one" }, BINDING, false);
  assert.equal(reads(), 3);
  await clock.advance(HOUR_MS - 1);
  await client.start(TRUST, BINDING, false);
  assert.equal(reads(), 3);
  await clock.advance(1);
  await client.start(TRUST, BINDING, false);
  assert.equal(reads(), 4);
});

test("an issuer that many tenants share, that is no URL, or that calls itself otherwise is refused", async () => {
  const { client, provider } = stage();
  const start = (issuer: string) => client.start({ ...TRUST, issuer }, BINDING, false);
  for (const tenant of ["common", "organizations", "consumers"])
    await assert.rejects(start(`https://login.microsoftonline.com/${tenant}/v2.0`), refused("oidc_issuer"));
  await assert.rejects(start("id.example"), refused("oidc_issuer"));
  assert.equal(provider.asked.size, 0, "nobody was asked");
  await assert.rejects(start(`${ISSUER}/`), refused("oidc_issuer"));
  provider.metadata = { issuer: "https://evil.example" };
  await assert.rejects(start(ISSUER), refused("oidc_discovery"));
});

test("of an issuer with many tenants one may speak, and it has to say that it does", async () => {
  const { finish, provider } = stage();
  const ours = { ...TRUST, tenant: "ours" };
  provider.claims = { tid: "ours" };
  await finish(ours);
  provider.claims = { tid: "theirs" };
  await assert.rejects(finish(ours), refused("oidc_issuer"));
  provider.claims = {};
  await assert.rejects(finish(ours), refused("oidc_issuer"));
  provider.claims = { tid: "whichever" };
  await finish();
});

test("a token by another algorithm than the five is refused, though its signature is good and the provider lists it", async () => {
  const { finish, provider } = stage();
  provider.algorithm = "PS256";
  await finish();
  provider.algorithm = "RS512";
  await assert.rejects(finish(), refused("oidc_token"));
});

test("where a new sign-in was asked for, one of before is refused, but for what clocks differ by", async () => {
  const { finish, provider } = stage();
  const forcedAt = 1_000_000_000_000;
  const signedIn = async (authTime: number | undefined) => {
    provider.claims = { auth_time: authTime };
    return finish(TRUST, forcedAt);
  };
  await signedIn(1_000_000_000 - 60);
  await assert.rejects(signedIn(1_000_000_000 - 61), refused("oidc_auth_time"));
  await assert.rejects(signedIn(undefined), refused("oidc_auth_time"));
  provider.claims = { auth_time: 1 };
  await finish(TRUST, null);
});

test("what the ID token says goes before what the profile says, and a provider may have no profile", async () => {
  const { finish, provider } = stage();
  provider.claims = { email: "bo@example.org", sid: "s-1" };
  provider.userInfo = { email: "eve@example.org", groups: ["staff"] };
  const identity = await finish();
  assert.deepEqual(
    [identity.subject, identity.sessionId, identity.claims.get("email"), identity.claims.get("groups")],
    ["u-1", "s-1", ["bo@example.org"], ["staff"]],
  );
  const other = stage();
  other.provider.metadata = { userinfo_endpoint: undefined };
  other.provider.claims = { email: "bo@example.org" };
  const { claims, sessionId } = await other.finish();
  assert.deepEqual([claims.get("email"), sessionId], [["bo@example.org"], null]);
  assert.equal(other.provider.asked.get("/userinfo"), undefined);
});

test("whether an address is somebody's own is said, denied, or not said", async () => {
  const { finish, provider } = stage();
  const said = [];
  for (const value of [true, "true", false, "false", "yes", 1, null, undefined]) {
    provider.claims = { email_verified: value };
    said.push((await finish()).emailVerified);
  }
  assert.deepEqual(said, [true, true, false, false, false, false, false, null]);
});

test("the keys for logout tokens are asked for once in five minutes, and again at once when they could not be read", async () => {
  const { client, clock, provider } = stage();
  const nowMs = Date.now();
  const token = await provider.sign({
    iss: ISSUER,
    aud: TRUST.clientId,
    iat: Math.floor(nowMs / 1000),
    jti: "l-1",
    sub: "u-1",
    events: LOGOUT_EVENTS,
  });
  const read = () => client.readLogoutToken(TRUST, token, nowMs);
  const reads = (): number => provider.asked.get("/jwks") ?? 0;
  provider.broken.add("/jwks");
  await assert.rejects(read(), refused("oidc_unreachable"));
  provider.broken.clear();
  assert.equal((await read()).subject, "u-1");
  await read();
  assert.equal(reads(), 2);
  await clock.advance(299_999);
  await read();
  assert.equal(reads(), 2);
  await clock.advance(1);
  await read();
  assert.equal(reads(), 3);
});

test("a provider without keys, or that cannot be read, tells of no logout", async () => {
  const { client, provider } = stage();
  provider.metadata = { jwks_uri: undefined };
  await assert.rejects(client.readLogoutToken(TRUST, "x.y.z", 0), refused("oidc_logout_token"));
  const other = stage();
  other.provider.broken.add(CONFIGURATION);
  await assert.rejects(other.client.readLogoutToken(TRUST, "x.y.z", 0), refused("oidc_discovery"));
});

test("a browser is sent to where the provider ends its session, if there is such a place", async () => {
  const { client, provider } = stage();
  assert.equal(await client.endSessionUrl(TRUST, "https://flow.example.org/bye"), null);
  provider.metadata = { end_session_endpoint: `${ISSUER}/end` };
  const url = await stageOf(provider).endSessionUrl(TRUST, "https://flow.example.org/bye");
  assert.equal(
    url,
    `${ISSUER}/end?post_logout_redirect_uri=https%3A%2F%2Fflow.example.org%2Fbye&client_id=holdfast`,
  );
});

test("a provider that does not answer is told from one that answers what it should not, and neither is quoted", async () => {
  const { finish, provider } = stage();
  provider.broken.add("/token");
  const error = await finish().catch((cause: unknown) => cause as Error & { readonly code: string });
  assert.ok(error instanceof Error);
  assert.equal(error.code, "oidc_unreachable");
  assert.equal(error.message, "OpenID Connect refused: oidc_unreachable");
  assert.ok(error.cause instanceof Error);
  provider.broken.clear();
  provider.claims = { nonce: "another" };
  await assert.rejects(finish(), refused("oidc_nonce"));
});

function stageOf(provider: ReturnType<typeof testProvider>) {
  return createOidcClient({ clock: manualClock(0), fetch: provider.fetch });
}

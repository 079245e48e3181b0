import assert from "node:assert/strict";
import { test } from "node:test";
import type { IdpMetadata } from "#saml";
import { redirectQuery, writeLogout } from "../../saml/testing/logout-messages.ts";
import { makeTestKey } from "../../saml/testing/test-keys.ts";
import { FROM, HOLDER, testInstallation } from "../testing/installation.ts";

const IDP = "https://idp.example/metadata";
const KEY = makeTestKey("idp.example");

const OIDC = { issuer: "https://other.example", clientId: "x", clientSecret: null, tenant: null };

async function stage() {
  const installation = await testInstallation();
  const { clock, identity, noted, owner } = installation;
  const { connections, logouts, sessions } = identity;
  const { id } = await connections.createSaml(HOLDER, "Corp");
  const slo = { url: "https://idp.example/slo", responseUrl: null, binding: "redirect" };
  await connections.takeMetadata(
    HOLDER,
    id,
    {
      entityId: IDP,
      sso: { url: "https://idp.example/sso", binding: "redirect" },
      slo,
      certificates: [
        {
          pem: KEY.certificatePem,
          sha256: "a",
          notBefore: 0,
          notAfter: Date.UTC(2036, 0),
          isExpired: false,
        },
      ],
    } as unknown as IdpMetadata,
    null,
  );
  await connections.noteTest(id, "op-1");
  await connections.enable(HOLDER, id, "optional", null);
  const { signedIn } = await owner();
  const begin = async (subjectName: string, index: string | null, connection = id): Promise<string> =>
    (
      await sessions.begin(
        {
          person: signedIn.person.id,
          method: "saml",
          isStrong: true,
          connection: { id: connection, subject: subjectName, index },
          endsAt: null,
          context: FROM,
          instead: null,
        },
        [],
        [],
      )
    ).secret;
  let count = 0;
  const message = (subjectName: string, indexes: readonly string[], key = KEY) => ({
    binding: "redirect" as const,
    query: redirectQuery(
      "SAMLRequest",
      writeLogout("LogoutRequest", {
        id: `_${String((count += 1)).padStart(32, "0")}`,
        version: "2.0",
        issuer: IDP,
        destination: `https://holdfast.example/saml/${id}/slo`,
        issueInstant: new Date(clock.now()).toISOString(),
        notOnOrAfter: null,
        inResponseTo: null,
        content: [
          `<saml:NameID>${subjectName}</saml:NameID>`,
          ...indexes.map((index) => `<samlp:SessionIndex>${index}</samlp:SessionIndex>`),
        ].join(""),
      }),
      { key },
    ),
  });
  const take = (incoming: ReturnType<typeof message>, connection = id) =>
    logouts.take(connection, incoming, FROM);
  const refusals = () => noted.filter(([action]) => action === "sso.refused").map(([, reason]) => reason);
  return { ...installation, id, connections, sessions, begin, message, take, refusals };
}

test("a provider's logout ends the sessions of its connection, its subject and its indexes, and no other", async () => {
  const { begin, connections, message, sessions, take } = await stage();
  const other = await connections.createOidc(HOLDER, "Other", OIDC);
  await connections.noteTest(other.id, "op-1");
  await connections.enable(HOLDER, other.id, "optional", null);
  const alive = (secrets: readonly string[]) => secrets.map((secret) => sessions.check(secret) !== null);
  const all = [
    await begin("u-1", "s-1"),
    await begin("u-1", "s-2"),
    await begin("u-1", null),
    await begin("u-2", "s-1"),
    await begin("u-1", "s-1", other.id),
  ];
  assert.notEqual(await take(message("u-1", ["s-1"])), null);
  assert.deepEqual(alive(all), [false, true, false, true, true]);
  assert.notEqual(await take(message("u-1", [])), null);
  assert.deepEqual(alive(all), [false, false, false, true, true]);
});

test("a logout counts once, and is answered; again it is refused and answered with nothing", async () => {
  const { begin, message, refusals, sessions, take } = await stage();
  const first = await begin("u-1", "s-1");
  const request = message("u-1", []);
  assert.notEqual(await take(request), null);
  assert.equal(sessions.check(first), null);
  const next = await begin("u-1", "s-1");
  assert.equal(await take(request), null);
  assert.notEqual(sessions.check(next), null);
  assert.deepEqual(refusals(), ["saml_replay"]);
});

test("a connection that there is not, speaks another protocol, has no provider or is off, hears nothing", async () => {
  const { begin, connections, id, message, refusals, sessions, take } = await stage();
  const bare = await connections.createSaml(HOLDER, "Bare");
  const oidc = await connections.createOidc(HOLDER, "Other", OIDC);
  for (const other of ["nowhere", bare.id, oidc.id])
    assert.equal(await take(message("u-1", []), other), null);
  await connections.enable(HOLDER, id, "disabled", "why");
  assert.equal(await take(message("u-1", [])), null);
  assert.deepEqual(refusals(), Array(4).fill("saml_unknown_connection"));
  await connections.enable(HOLDER, id, "optional", null);
  const secret = await begin("u-1", "s-1");
  assert.notEqual(await take(message("u-1", [])), null);
  assert.equal(sessions.check(secret), null);
});

test("a logout that somebody else signed ends nobody's session", async () => {
  const { begin, message, refusals, sessions, take } = await stage();
  const secret = await begin("u-1", "s-1");
  assert.equal(await take(message("u-1", [], makeTestKey("stranger.example"))), null);
  assert.notEqual(sessions.check(secret), null);
  assert.deepEqual(refusals(), ["saml_signature"]);
});

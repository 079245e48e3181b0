import assert from "node:assert/strict";
import { test } from "node:test";
import type { IdpMetadata } from "#saml";
import { HOLDER, testInstallation } from "../testing/installation.ts";
import type { SamlConnectionRecord } from "./records.ts";

const OIDC = { issuer: "https://idp.example", clientId: "x", clientSecret: "a client secret", tenant: null };
const certificate = (sha256: string, expiresAt = 2_000_000_000_000) => ({
  pem: `-----BEGIN CERTIFICATE-----\n${sha256}\n-----END CERTIFICATE-----\n`,
  sha256,
  notBefore: 0,
  notAfter: expiresAt,
  subject: `CN=${sha256}`,
  isExpired: false,
});
function metadata(entityId: string, ...sha256: readonly string[]): IdpMetadata {
  return {
    entityId,
    sso: { redirect: `${entityId}/sso`, post: null },
    slo: { redirect: null, post: null, response: null },
    certificates: sha256.map((each) => certificate(each)),
    nameIdFormats: [],
    wantsSignedRequests: false,
    validUntil: null,
  } as unknown as IdpMetadata;
}
const IDP = "https://idp.example/metadata";

async function stage() {
  const installation = await testInstallation();
  const { connections } = installation.identity;
  const saml = await connections.createSaml(HOLDER, "Corp");
  const oidc = await connections.createOidc(HOLDER, "Other", OIDC);
  const provider = () => (connections.get(saml.id) as SamlConnectionRecord).provider;
  /** As an administrator does it: somebody came in by it, and it is on. */
  const turnOn = async (id = saml.id): Promise<void> => {
    await connections.noteTest(id, "op-1");
    await connections.enable(HOLDER, id, "optional", null);
  };
  return { ...installation, connections, saml, oidc, provider, turnOn };
}

test("no two connections are of one provider, given by metadata or by hand", async () => {
  const { connections, provider, saml } = await stage();
  await connections.takeMetadata(HOLDER, saml.id, metadata(IDP, "a"), null);
  const other = await connections.createSaml(HOLDER, "Second");
  const taken = { code: "conflict", message: /Another connection has this provider/ };
  await assert.rejects(connections.takeMetadata(HOLDER, other.id, metadata(IDP, "b"), null), taken);
  const typed = provider();
  assert.ok(typed !== null);
  await assert.rejects(connections.change(HOLDER, other.id, { provider: typed }), taken);
  assert.equal((connections.get(other.id) as SamlConnectionRecord).provider, null);
  await connections.change(HOLDER, saml.id, { provider: typed });
  await connections.change(HOLDER, other.id, { provider: { ...typed, entityId: "https://two.example" } });
});

test("a provider that was in use is not replaced by another under the same accounts, given by metadata or by hand", async () => {
  const { connections, provider, saml, turnOn } = await stage();
  await connections.takeMetadata(HOLDER, saml.id, metadata("https://draft.example", "a"), null);
  await connections.takeMetadata(HOLDER, saml.id, metadata(IDP, "a"), null);
  await turnOn();
  const other = { code: "conflict", message: /another provider/i };
  const typed = provider();
  assert.ok(typed !== null);
  const evil = { ...typed, entityId: "https://evil.example" };
  for (const state of ["optional", "disabled"] as const) {
    await connections.noteTest(saml.id, "op-1");
    await connections.enable(HOLDER, saml.id, state, "why");
    await assert.rejects(
      connections.takeMetadata(HOLDER, saml.id, metadata("https://evil.example", "a"), null),
      other,
    );
    await assert.rejects(connections.change(HOLDER, saml.id, { provider: evil }), other);
    await assert.rejects(
      connections.noteCertificates(HOLDER.authority, saml.id, metadata("https://evil.example", "e")),
      other,
    );
  }
  assert.deepEqual(provider(), typed);
});

test("what was tested is forgotten when what is trusted changes, and stays when a name does", async () => {
  const { connections, oidc, provider, saml, turnOn } = await stage();
  await connections.takeMetadata(HOLDER, saml.id, metadata(IDP, "a"), null);
  await turnOn();
  await turnOn(oidc.id);
  const tested = (id: string) => connections.get(id)?.tested !== null;
  await connections.change(HOLDER, saml.id, { name: "Renamed" });
  await connections.change(HOLDER, oidc.id, { name: "Renamed, too" });
  assert.deepEqual([tested(saml.id), tested(oidc.id)], [true, true]);
  const { options } = connections.get(saml.id) as SamlConnectionRecord;
  await connections.change(HOLDER, saml.id, { options: { ...options, forceAuthn: true } });
  assert.equal((connections.get(saml.id) as SamlConnectionRecord).options.forceAuthn, true);
  assert.equal(tested(saml.id), false);
  await connections.noteTest(saml.id, "op-1");
  await connections.change(HOLDER, saml.id, { provider: provider() });
  assert.equal(tested(saml.id), false);
  assert.equal((connections.get(saml.id) as SamlConnectionRecord).options.forceAuthn, true);
  await connections.change(HOLDER, oidc.id, { oidc: { ...OIDC, clientId: "y" } });
  assert.equal(tested(oidc.id), false);
});

test("a client's secret stays when it is left out, changes, and goes; it is sealed", async () => {
  const { connections, oidc } = await stage();
  const secret = () => {
    const found = connections.get(oidc.id);
    assert.ok(found?.kind === "oidc");
    assert.ok(!JSON.stringify(found).includes("client secret"));
    return connections.clientSecretOf(found);
  };
  assert.equal(secret(), "a client secret");
  const { clientSecret: _, ...rest } = OIDC;
  await connections.change(HOLDER, oidc.id, { oidc: rest });
  assert.equal(secret(), "a client secret");
  await connections.change(HOLDER, oidc.id, { oidc: { ...OIDC, clientSecret: "another client secret" } });
  assert.equal(secret(), "another client secret");
  await connections.change(HOLDER, oidc.id, { oidc: { ...OIDC, clientSecret: null } });
  assert.equal(secret(), null);
});

test("a connection of the other kind has neither metadata nor certificates, and the last active one stays", async () => {
  const { connections, oidc, provider, saml } = await stage();
  await assert.rejects(connections.takeMetadata(HOLDER, oidc.id, metadata(IDP, "a"), null), {
    code: "conflict",
  });
  for (const id of [oidc.id, saml.id])
    await assert.rejects(connections.turnCertificate(HOLDER, id, "a", "active"), { code: "not_found" });
  await assert.rejects(connections.turnCertificate(HOLDER, "nowhere", "a", "active"), { code: "not_found" });
  await connections.takeMetadata(HOLDER, saml.id, metadata(IDP, "a"), null);
  await assert.rejects(connections.turnCertificate(HOLDER, saml.id, "b", "active"), { code: "not_found" });
  await assert.rejects(connections.turnCertificate(HOLDER, saml.id, "a", "retired"), { code: "key_in_use" });
  await connections.noteCertificates(HOLDER.authority, saml.id, metadata(IDP, "a", "b"));
  const states = () => provider()?.certificates.map(({ sha256, state }) => [sha256, state]);
  assert.deepEqual(states(), [
    ["a", "active"],
    ["b", "next"],
  ]);
  await connections.turnCertificate(HOLDER, saml.id, "b", "active");
  await connections.turnCertificate(HOLDER, saml.id, "a", "retired");
  assert.deepEqual(states(), [
    ["a", "retired"],
    ["b", "active"],
  ]);
});

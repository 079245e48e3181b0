import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { systemRandom } from "#kernel";
import type { SamlTrust } from "#saml";
import {
  examineResponse,
  isSamlError,
  newSpKeyPair,
  peekResponse,
  readCertificate,
  readIdpMetadata,
  readLogoutMessage,
  readResponse,
  SAML_CODES,
  SamlError,
  sentenceOf,
  writeAuthnRequest,
  writeLogoutRequest,
  writeLogoutResponse,
  writeSpMetadata,
} from "#saml";
import {
  encodeForPost,
  issueResponse,
  NAME_ID,
  ordinaryStatement,
  PERSISTENT,
} from "./testing/identity-provider.ts";
import { LOGOUT_ID, redirectQuery, writeLogout } from "./testing/logout-messages.ts";
import { ordinaryMetadata, writeMetadata } from "./testing/metadata.ts";
import { createWorld, NOW, REQUEST_ID } from "./testing/world.ts";

const { idpKey } = createWorld();
const ACS = "https://holdfast.example/saml/c1/acs";

/** What an administrator's settings become. */
async function connect(): Promise<SamlTrust> {
  const metadata = readIdpMetadata(writeMetadata(ordinaryMetadata(idpKey)), NOW);
  const key = await newSpKeyPair({ random: systemRandom, nowMs: NOW, commonName: "holdfast.example" });
  return {
    spEntityId: "https://holdfast.example/saml/c1",
    acsUrl: ACS,
    sloUrl: "https://holdfast.example/saml/c1/slo",
    idpEntityId: metadata.entityId,
    sso: metadata.sso,
    idpSlo: metadata.slo,
    certificates: metadata.certificates.map(({ pem }) => ({ pem, state: "active" })),
    nameIdFormat: metadata.nameIdFormats[0] ?? null,
    wantAssertionsSigned: false,
    signRequests: metadata.wantAuthnRequestsSigned,
    authnContexts: [],
    signingKey: key,
    decryptionKeys: [key],
  };
}

test("a connection made of metadata signs a person in, by an encrypted assertion, and out again", async () => {
  const trust = await connect();
  const ours = writeSpMetadata(
    {
      spEntityId: trust.spEntityId,
      acsUrl: trust.acsUrl,
      sloUrl: trust.sloUrl,
      nameIdFormat: trust.nameIdFormat,
      signRequests: trust.signRequests,
      signingKey: trust.signingKey,
      nextSigningCertificatePem: null,
      encryptionCertificatesPem: trust.decryptionKeys.map(({ certificatePem }) => certificatePem),
    },
    REQUEST_ID,
    NOW + 1,
  );
  // The provider learns our certificate and our addresses from the metadata, and nothing else.
  const [, encryption = ""] = /use="encryption">.*?<ds:X509Certificate>([^<]*)/.exec(ours) ?? [];
  const certificatePem = readCertificate(encryption, NOW).pem;
  const [, acsUrl = ""] = /AssertionConsumerService [^>]*Location="([^"]*)"/.exec(ours) ?? [];

  const sent = writeAuthnRequest(trust, { id: REQUEST_ID, nowMs: NOW, forceAuthn: false }, "handle");
  assert.ok(sent.binding === "redirect");
  const query = new URL(sent.url).searchParams;
  const request = inflateRawSync(Buffer.from(query.get("SAMLRequest") ?? "", "base64")).toString();
  const [, requestId = ""] = / ID="([^"]*)"/.exec(request) ?? [];
  const [, spEntityId = ""] = /<saml:Issuer>([^<]*)/.exec(request) ?? [];

  const situation = { idpEntityId: trust.idpEntityId, spEntityId, acsUrl, requestId, nowMs: NOW };
  const response = encodeForPost(
    issueResponse(ordinaryStatement(situation), { mode: "both", key: idpKey, encrypt: { certificatePem } }),
  );
  const { inResponseTo } = peekResponse(response);
  const expected = { requestId: inResponseTo, issuedAt: NOW, forceAuthn: false };
  const identity = await readResponse(response, trust, expected, NOW);
  assert.deepEqual([identity.nameId, identity.nameIdFormat], [NAME_ID, PERSISTENT]);

  const bye = writeLogoutRequest(trust, { ...identity, id: "_bye", nowMs: NOW }, null);
  assert.equal(bye?.url, "https://idp.example/slo");
  const logout = writeLogout("LogoutRequest", {
    id: LOGOUT_ID,
    version: "2.0",
    issuer: trust.idpEntityId,
    destination: trust.sloUrl,
    issueInstant: new Date(NOW).toISOString(),
    notOnOrAfter: null,
    inResponseTo: null,
    content: `<saml:NameID>${NAME_ID}</saml:NameID>`,
  });
  const incoming = {
    binding: "redirect",
    query: redirectQuery("SAMLRequest", logout, { key: idpKey }),
  } as const;
  const message = readLogoutMessage(incoming, trust, NOW);
  assert.ok(message.kind === "request" && message.nameId === identity.nameId);
  const answer = { id: "_answer", nowMs: NOW, inResponseTo: message.id, status: "success" } as const;
  assert.ok(writeLogoutResponse(trust, answer, message.relayState));
});

test("a connection's page learns which check failed, and what to do", async () => {
  const trust = await connect();
  const situation = { ...createWorld().situation, spEntityId: "https://other.example/saml" };
  const response = encodeForPost(issueResponse(ordinaryStatement(situation), { mode: "both", key: idpKey }));
  const expected = { requestId: REQUEST_ID, issuedAt: NOW, forceAuthn: false };
  const result = await examineResponse(response, trust, expected, NOW);
  assert.ok(!result.ok);
  assert.ok(SAML_CODES.includes(result.error.code));
  assert.equal(result.checks.at(-1)?.detail, sentenceOf("saml_audience"));
  assert.ok(isSamlError(new SamlError("saml_replay"), "saml_replay"));
});

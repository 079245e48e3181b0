import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { peekResponse, readResponse } from "./read-response.ts";
import { isSamlError } from "./saml-error.ts";
import {
  encodeForPost,
  instantAt,
  issueResponse,
  NAME_ID,
  ordinaryStatement,
  PERSISTENT,
  SIGNING_MODES,
} from "./testing/identity-provider.ts";
import { codeOf, examine, verdictOn } from "./testing/judge.ts";
import { createWorld, NOW, REQUEST_ID } from "./testing/world.ts";

const sha256Of = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase();

describe("a genuine response", () => {
  for (const mode of SIGNING_MODES) {
    it(`is read, with the ${mode} signed`, async () => {
      assert.equal(await verdictOn({ issue: { mode } }), null);
    });
    for (const cipher of ["aes256-gcm", "aes128-gcm"] as const) {
      it(`is read, with the ${mode} signed and the assertion encrypted by ${cipher}`, async () => {
        const { spKey } = createWorld();
        const encrypt = { certificatePem: spKey.certificatePem, cipher };
        assert.equal(await verdictOn({ issue: { mode, encrypt } }), null);
      });
    }
  }

  for (const [name, issue] of Object.entries({
    "RSA with SHA-512": { signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" },
    "RSA-PSS": { signatureAlgorithm: "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1" },
    "a digest by SHA-512": { digestAlgorithm: "http://www.w3.org/2001/04/xmlenc#sha512" },
    "no KeyInfo": { keyInfoPem: null },
  })) {
    it(`is read, signed with ${name}`, async () => {
      assert.equal(await verdictOn({ issue }), null);
    });
  }

  it("says who signed in, how and when, and what the replay record needs", async () => {
    const { situation, idpKey, trust, expected } = createWorld();
    const says = ordinaryStatement(situation);
    const xml = issueResponse(says, { mode: "both", key: idpKey });
    const { attributes, checks, ...identity } = await readResponse(encodeForPost(xml), trust, expected, NOW);
    assert.deepEqual(identity, {
      nameId: NAME_ID,
      nameIdFormat: PERSISTENT,
      sessionIndex: "_s1",
      assertionId: says.assertionId,
      requestId: REQUEST_ID,
      expiresAt: NOW + 299_000 + 60_000,
      sessionNotOnOrAfter: NOW + 8 * 3_600_000,
      authnInstant: NOW - 2_000,
      authnContext: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
      certificateSha256: sha256Of(idpKey.certificatePem),
    });
    assert.deepEqual(
      [...attributes],
      [
        ["email", ["ada@example.com"]],
        ["groups", ["engineering", "on call"]],
      ],
    );
    assert.ok(checks.every(({ passed }) => passed));
  });

  it("keeps the replay record until the later of its two ends", async () => {
    const { situation } = createWorld();
    const confirmation = {
      InResponseTo: REQUEST_ID,
      NotOnOrAfter: instantAt(situation, 1_200_000),
      Recipient: situation.acsUrl,
    };
    const result = await examine({ says: { confirmation } });
    assert.ok(result.ok);
    assert.equal(result.identity.expiresAt, NOW + 1_200_000 + 60_000);
  });

  it("becomes an identity that nobody can change", async () => {
    const result = await examine({});
    assert.ok(result.ok);
    assert.ok(Object.isFrozen(result.identity));
    assert.ok(Object.isFrozen(result.identity.attributes.get("groups")));
    assert.ok(Object.isFrozen(result.identity.checks));
  });

  it("may have line ends of any system, and an XML declaration", async () => {
    const { situation, idpKey, trust, expected } = createWorld();
    const xml = issueResponse(ordinaryStatement(situation), { mode: "assertion", key: idpKey });
    const text = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>\r\n${xml.replace("<samlp:Status>", "\r\n<samlp:Status>")}\r\n`;
    const lines = encodeForPost(text).replace(/(.{76})/g, "$1\r\n");
    assert.equal((await readResponse(lines, trust, expected, NOW)).nameId, NAME_ID);
  });
});

describe("certificates", () => {
  const { idpKey, nextKey, strangerKey } = createWorld();
  const active = { pem: idpKey.certificatePem, state: "active" } as const;

  it("a next one verifies, and is named so that it can be promoted", async () => {
    const certificates = [active, { pem: nextKey.certificatePem, state: "next" } as const];
    for (const mode of SIGNING_MODES) {
      const result = await examine({ issue: { mode, key: nextKey }, trust: { certificates } });
      assert.ok(result.ok, mode);
      assert.equal(result.identity.certificateSha256, sha256Of(nextKey.certificatePem));
    }
  });

  it("an active one still verifies while a next one waits", async () => {
    const certificates = [{ pem: nextKey.certificatePem, state: "next" } as const, active];
    const result = await examine({ trust: { certificates } });
    assert.ok(result.ok);
    assert.equal(result.identity.certificateSha256, sha256Of(idpKey.certificatePem));
  });

  it("a retired one verifies nothing", async () => {
    const certificates = [active, { pem: nextKey.certificatePem, state: "retired" } as const];
    assert.equal(await verdictOn({ issue: { key: nextKey }, trust: { certificates } }), "saml_signature");
  });

  it("without one nothing is verified", async () => {
    assert.equal(await verdictOn({ trust: { certificates: [] } }), "saml_signature");
  });

  it("only four are tried", async () => {
    const stranger = { pem: strangerKey.certificatePem, state: "active" } as const;
    const after = (count: number) => ({
      trust: { certificates: [...Array.from({ length: count }, () => stranger), active] },
    });
    assert.equal(await verdictOn(after(3)), null);
    assert.equal(await verdictOn(after(4)), "saml_signature");
  });

  it("response and assertion may be signed by different ones", async () => {
    const certificates = [active, { pem: nextKey.certificatePem, state: "active" } as const];
    assert.equal(await verdictOn({ issue: { responseKey: nextKey }, trust: { certificates } }), null);
  });
});

describe("signatures, where both are there", () => {
  const { strangerKey, spKey } = createWorld();
  const encrypt = { certificatePem: spKey.certificatePem };

  it("a stranger's on the response is refused, though the assertion's holds", async () => {
    assert.equal(await verdictOn({ issue: { responseKey: strangerKey } }), "saml_signature");
  });

  it("a stranger's on the assertion is refused, though the response's holds", async () => {
    const { idpKey } = createWorld();
    const issue = { key: strangerKey, responseKey: idpKey };
    assert.equal(await verdictOn({ issue }), "saml_signature");
    assert.equal(await verdictOn({ issue: { ...issue, encrypt } }), "saml_signature");
  });

  it("the assertion's is demanded where the connection wants it", async () => {
    const trust = { wantAssertionsSigned: true };
    assert.equal(await verdictOn({ issue: { mode: "response" }, trust }), "saml_unsigned");
    assert.equal(await verdictOn({ issue: { mode: "response", encrypt }, trust }), "saml_unsigned");
    assert.equal(await verdictOn({ issue: { mode: "assertion" }, trust }), null);
    assert.equal(await verdictOn({ issue: { mode: "both", encrypt }, trust }), null);
  });
});

describe("what a response answers", () => {
  const { situation } = createWorld();
  const asked = { ...situation, requestId: null };
  const unsolicited = { ...createWorld(), situation: asked };
  const none = { requestId: null };

  it("nobody's request, where the caller allows it", async () => {
    const result = await examine({ world: unsolicited, expected: none });
    assert.ok(result.ok);
    assert.equal(result.identity.requestId, null);
  });

  it("A-063 a request, where none is outstanding, is refused", async () => {
    assert.equal(await verdictOn({ expected: none }), "saml_unsolicited");
    const onlyInside = { responseInResponseTo: null };
    assert.equal(await verdictOn({ says: onlyInside, expected: none }), "saml_unsolicited");
    const onlyOutside = { responseInResponseTo: REQUEST_ID };
    assert.equal(
      await verdictOn({ world: unsolicited, says: onlyOutside, expected: none }),
      "saml_unsolicited",
    );
  });

  it("A-063 an unsolicited one lives for five minutes at most", async () => {
    const says = { notOnOrAfter: instantAt(situation, 6 * 60_000) };
    assert.equal(await verdictOn({ says }), null);
    assert.equal(await verdictOn({ world: unsolicited, says, expected: none }), "saml_lifetime");
  });

  it("the request on the response must be ours, too, and may be left out there", async () => {
    assert.equal(await verdictOn({ says: { responseInResponseTo: "_other" } }), "saml_in_response_to");
    assert.equal(await verdictOn({ says: { responseInResponseTo: null } }), null);
  });
});

describe("examineResponse()", () => {
  it("names the checks up to the one that failed, which comes last", async () => {
    const result = await examine({ says: { audiences: [] } });
    assert.ok(!result.ok);
    assert.deepEqual(
      result.checks.map(({ name, passed }) => `${name}${passed ? "" : " failed"}`),
      [
        "parameter encoding markup complexity xml message ids namespaces assertion-count signature-position",
        "signature-shape status encryption signed response-signature decryption assertion-signature engine",
        "assertion-shape issuer destination subject name-id confirmation request conditions times",
      ]
        .flatMap((line) => line.split(" "))
        .concat("audience failed"),
    );
    assert.equal(result.checks.at(-1)?.detail, result.error.message);
  });

  it("has all checks in the identity of a success", async () => {
    const result = await examine({});
    assert.ok(result.ok);
    assert.equal(result.checks.at(-1)?.name, "second-reading");
    assert.deepEqual(result.identity.checks, result.checks);
  });

  it("notes a signature that nobody trusts", async () => {
    const result = await examine({ issue: { key: createWorld().strangerKey } });
    assert.ok(!result.ok);
    assert.deepEqual(result.checks.at(-1)?.name, "response-signature");
  });

  it("throws on what is no fault of the document", async () => {
    const certificates = [{ pem: "no certificate", state: "active" } as const];
    await assert.rejects(examine({ trust: { certificates } }), (error) => !isSamlError(error));
  });

  it("never quotes the document", async () => {
    const canary = "canary-7f3a";
    for (const says of [
      { issuer: canary },
      { nameId: `<saml:NameID Format="${canary}">${canary}</saml:NameID>` },
      { audiences: [[canary]] },
      { destination: canary },
      { status: canary },
      { notOnOrAfter: canary },
      { attributes: [[canary, `<${canary}/>`]] as const },
    ]) {
      const result = await examine({ says });
      assert.ok(!result.ok);
      assert.equal(
        inspect(result, { depth: 9, showHidden: true }).includes(canary),
        false,
        JSON.stringify(says),
      );
    }
    const broken = await examine({ tamper: (xml) => xml.replace("<samlp:Status>", `<${canary} a=b>`) });
    assert.ok(!broken.ok);
    assert.equal(inspect(broken, { depth: 9, showHidden: true }).includes(canary), false);
  });
});

describe("peekResponse()", () => {
  const { situation, idpKey, spKey } = createWorld();
  const peek = (says: object, issue: object = {}) =>
    peekResponse(
      encodeForPost(
        issueResponse({ ...ordinaryStatement(situation), ...says }, { mode: "both", key: idpKey, ...issue }),
      ),
    ).inResponseTo;

  it("reads the request that a response claims to answer", () => {
    assert.equal(peek({ responseInResponseTo: "_outer" }), "_outer");
    assert.equal(peek({ responseInResponseTo: null }), REQUEST_ID);
    assert.equal(peek({ responseInResponseTo: null, confirmation: null }), null);
    assert.equal(peek({ responseInResponseTo: null, hasConfirmation: false }), null);
    assert.equal(
      peek({ responseInResponseTo: null }, { encrypt: { certificatePem: spKey.certificatePem } }),
      null,
    );
  });

  it("refuses what the preflight refuses", () => {
    assert.equal(
      codeOf(() => peekResponse(["one", "two"])),
      "saml_encoding",
    );
    assert.equal(
      codeOf(() => peek({ status: "urn:other" })),
      "saml_status",
    );
  });
});

import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { codeOf } from "../testing/judge.ts";
import { base64Of } from "../testing/metadata.ts";
import { makeTestKey } from "../testing/test-keys.ts";
import { createWorld, NOW } from "../testing/world.ts";
import { readCertificate } from "./read-certificate.ts";
import { writeCertificate } from "./self-signed-certificate.ts";
import { newSpKeyPair } from "./sp-key-pair.ts";

const { idpKey, nextKey } = createWorld();

/** Bytes that say what is asked of them. */
const randomOf = (first: number) => ({
  bytes: (count: number) => new Uint8Array(count).fill(first),
  fraction: () => 0,
});

describe("readCertificate()", () => {
  it("reads PEM and bare base64, in one line or many", () => {
    const base64 = base64Of(idpKey);
    const facts = readCertificate(idpKey.certificatePem, NOW);
    const certificate = new X509Certificate(idpKey.certificatePem);
    assert.deepEqual(facts, {
      pem: certificate.toString(),
      sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
      subject: "CN=idp.example",
      notBefore: Date.parse("2020-01-01T00:00:00Z"),
      notAfter: Date.parse("2036-01-01T00:00:00Z"),
      keyBits: 2048,
      signatureAlgorithm: "sha256WithRSAEncryption",
      isExpired: false,
    });
    for (const text of [
      base64,
      `  ${base64}\n`,
      base64.replace(/(.{64})/g, "$1\r\n"),
      `\n${idpKey.certificatePem}\n`,
    ])
      assert.deepEqual(readCertificate(text, NOW), facts);
  });

  it("says when one has expired", () => {
    const { notAfter } = readCertificate(idpKey.certificatePem, NOW);
    assert.equal(readCertificate(idpKey.certificatePem, notAfter - 1).isExpired, false);
    assert.equal(readCertificate(idpKey.certificatePem, notAfter).isExpired, true);
  });

  it("refuses what is not one certificate", () => {
    const base64 = base64Of(idpKey);
    for (const text of [
      "",
      " ",
      "hello",
      "AAAA",
      `${base64}AAAA`,
      base64.slice(4),
      base64.slice(0, -4),
      base64 + base64,
      idpKey.certificatePem + nextKey.certificatePem,
      `x${idpKey.certificatePem}`,
      idpKey.privateKeyPem,
      createPrivateKey(idpKey.privateKeyPem).export({ type: "pkcs8", format: "der" }).toString("base64"),
      "A".repeat(100_000),
      // More than a certificate, which parsers read to its end and no further.
      Buffer.concat([new X509Certificate(idpKey.certificatePem).raw, Buffer.of(0)]).toString("base64"),
    ])
      assert.equal(
        codeOf(() => readCertificate(text, NOW)),
        "saml_certificate",
        text.slice(0, 60),
      );
  });

  it("refuses weak keys, other keys, and broken hashes", () => {
    const weak = makeTestKey("weak", { bits: 2047 });
    const sha1 = makeTestKey("old", { hash: "sha1" });
    assert.equal(
      codeOf(() => readCertificate(weak.certificatePem, NOW)),
      "saml_certificate",
    );
    assert.equal(
      codeOf(() => readCertificate(sha1.certificatePem, NOW)),
      "saml_certificate",
    );
    const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
    for (const { publicKey } of [pss, ec]) {
      const certificatePem = writeCertificate({
        commonName: "other",
        serialNumber: Uint8Array.of(1),
        notBefore: new Date(NOW),
        notAfter: new Date(NOW + 1_000),
        publicKey,
        privateKey: createPrivateKey(idpKey.privateKeyPem),
      });
      assert.equal(
        codeOf(() => readCertificate(certificatePem, NOW)),
        "saml_certificate",
      );
    }
  });
});

describe("newSpKeyPair()", () => {
  it("makes RSA-3072, and a certificate that signs itself for three years", async () => {
    const pair = await newSpKeyPair({ random: randomOf(0xff), nowMs: NOW, commonName: "holdfast.example" });
    const certificate = new X509Certificate(pair.certificatePem);
    assert.ok(certificate.verify(certificate.publicKey));
    assert.ok(certificate.checkPrivateKey(createPrivateKey(pair.privateKeyPem)));
    assert.equal(certificate.ca, false);
    assert.equal(certificate.issuer, certificate.subject);
    assert.equal(certificate.serialNumber, `7F${"FF".repeat(15)}`);
    const facts = readCertificate(pair.certificatePem, NOW);
    assert.equal(facts.keyBits, 3072);
    assert.equal(facts.subject, "CN=holdfast.example");
    assert.equal(facts.notBefore, NOW);
    assert.equal(facts.notAfter, Date.parse("2029-11-22T10:00:00Z"));
  });

  it("has a serial number that is positive and of full length, whatever is drawn, and a name of 64 characters at most", async () => {
    const pair = await newSpKeyPair({ random: randomOf(0), nowMs: NOW, commonName: "a".repeat(70) });
    const certificate = new X509Certificate(pair.certificatePem);
    assert.equal(certificate.serialNumber, `40${"00".repeat(15)}`);
    assert.equal(certificate.subject, `CN=${"a".repeat(64)}`);
  });

  it("dates after 2049 are written with four digits", () => {
    const notAfter = new Date("2051-02-03T04:05:06Z");
    const { certificatePem } = makeTestKey("late", { notAfter });
    assert.equal(new X509Certificate(certificatePem).validToDate.getTime(), notAfter.getTime());
  });
});

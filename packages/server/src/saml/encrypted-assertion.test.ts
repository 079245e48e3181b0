import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EncryptionOptions } from "./testing/encrypt-assertion.ts";
import { encryptAssertion } from "./testing/encrypt-assertion.ts";
import type { SigningMode } from "./testing/identity-provider.ts";
import {
  encodeForPost,
  ordinaryStatement,
  signElement,
  writeAssertion,
  writeResponse,
} from "./testing/identity-provider.ts";
import { examineResponse } from "./read-response.ts";
import { verdictOn } from "./testing/judge.ts";
import { createWorld, NOW } from "./testing/world.ts";

const world = createWorld();
const { idpKey, nextKey, situation, spKey, strangerKey } = world;

/** Encrypts anything at all under our certificate, and reads the response around it. */
async function readSecret(
  plain: string,
  options: Partial<EncryptionOptions> = {},
  isResponseSigned = false,
): Promise<string | null> {
  const encrypted = encryptAssertion(plain, { certificatePem: spKey.certificatePem, ...options });
  const response = writeResponse(ordinaryStatement(situation), encrypted);
  const xml = isResponseSigned ? signElement(response, "Response", { key: idpKey }) : response;
  const result = await examineResponse(encodeForPost(xml), world.trust, world.expected, NOW);
  return result.ok ? null : result.error.code;
}

const genuine = signElement(writeAssertion(ordinaryStatement(situation)), "Assertion", { key: idpKey });
const encrypted = (options: Partial<EncryptionOptions>, mode: SigningMode = "assertion") =>
  verdictOn({ issue: { mode, encrypt: { certificatePem: spKey.certificatePem, ...options } } });

describe("encrypted assertions", () => {
  it("may have the key beside the data", async () => {
    assert.equal(await encrypted({ place: "beside" }), null);
  });

  it("AES-CBC is taken in a signed response, and nowhere else", async () => {
    for (const cipher of ["aes256-cbc", "aes128-cbc"] as const) {
      assert.equal(await encrypted({ cipher }, "response"), null, cipher);
      assert.equal(await encrypted({ cipher }, "both"), null, cipher);
      assert.equal(await encrypted({ cipher }, "assertion"), "saml_weak_encryption", cipher);
    }
  });

  it("A-069 RSA 1.5 is refused before anything is decrypted", async () => {
    for (const mode of ["assertion", "response"] as const) {
      assert.equal(await encrypted({ keyTransport: "rsa-1_5" }, mode), "saml_weak_encryption");
    }
  });

  it("A-069 changed ciphertext, and tags cut short, are one failure", async () => {
    const flip =
      (at: number) =>
      (bytes: Buffer): Buffer => {
        const copy = Buffer.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ 1;
        return copy;
      };
    for (const options of [
      { tamper: flip(0) },
      { tamper: flip(40) },
      { tagBytes: 15 },
      { tagBytes: 4 },
      { tamper: () => Buffer.alloc(0) },
      { tamper: () => Buffer.alloc(20) },
    ])
      assert.equal(await encrypted(options), "saml_decrypt", JSON.stringify(options));
  });

  it("A-069 padding that is wrong is the same failure, inside a signed response", async () => {
    const cut = (bytes: Buffer): Buffer => bytes.subarray(0, -16);
    const verdicts = new Set<string | null>();
    for (let round = 0; round < 8; round++) {
      verdicts.add(await encrypted({ cipher: "aes256-cbc", tamper: cut }, "response"));
    }
    // What is left may by chance end in something like padding: then it is no XML.
    for (const verdict of verdicts)
      assert.ok(["saml_decrypt", "saml_xml"].includes(verdict ?? ""), `${verdict}`);
    assert.ok(verdicts.has("saml_decrypt"));
  });

  it("A-069 a response's signature is verified before anything is decrypted", async () => {
    const encrypt = { certificatePem: spKey.certificatePem, tamper: () => Buffer.alloc(64) };
    assert.equal(
      await verdictOn({ issue: { mode: "response", key: strangerKey, encrypt } }),
      "saml_signature",
    );
  });

  it("open with a retiring key too, and with no other", async () => {
    const retiring = { decryptionKeys: [nextKey, spKey] };
    const encrypt = { certificatePem: spKey.certificatePem };
    for (const mode of ["assertion", "response"] as const) {
      assert.equal(await verdictOn({ issue: { mode, encrypt }, trust: retiring }), null);
      const gone = { decryptionKeys: [nextKey] };
      assert.equal(await verdictOn({ issue: { mode, encrypt }, trust: gone }), "saml_decrypt");
    }
  });

  it("must be signed inside where the response is not", async () => {
    const plain = writeAssertion(ordinaryStatement(situation));
    assert.equal(await readSecret(plain), "saml_unsigned");
    assert.equal(await readSecret(plain, {}, true), null);
    assert.equal(await readSecret(genuine), null);
  });

  it("keep the rules of the preflight inside, before anybody parses them", async () => {
    const nested = `${"<a>".repeat(41)}${"</a>".repeat(41)}`;
    for (const [plain, code] of [
      [genuine.replace(">u-7391<", ">u-<!-- -->7391<"), "saml_forbidden_markup"],
      [`<!DOCTYPE a>${genuine}`, "saml_forbidden_markup"],
      [genuine.replace("</saml:Assertion>", `${nested}</saml:Assertion>`), "saml_too_complex"],
      [genuine.replace(">u-7391<", ">&#0;<"), "saml_encoding"],
      [genuine + genuine, "saml_xml"],
      ["<a/>", "saml_structure"],
      ["no XML", "saml_xml"],
      [genuine.replace('Version="2.0"', 'Version="1.1"'), "saml_version"],
      [genuine.replace(/ID="[^"]*"/, ""), "saml_structure"],
      [genuine.replace("<saml:Subject>", '<saml:Subject xmlns:x="rel/uri">'), "saml_structure"],
      [genuine.replace("<saml:Subject>", '<saml:Subject ID="1">'), "saml_duplicate_id"],
      [
        genuine.replace("</saml:Assertion>", "<saml:Advice><saml:Assertion/></saml:Advice></saml:Assertion>"),
        "saml_assertion_count",
      ],
      [
        genuine.replace("</saml:Assertion>", '<x:Signature xmlns:x="urn:x"/></saml:Assertion>'),
        "saml_signature_position",
      ],
      [genuine.replace(/(<ds:SignatureMethod Algorithm=")[^"]*/, "$1urn:none"), "saml_algorithm"],
      [genuine.replace(">u-7391<", ">owner<"), "saml_signature"],
      [
        signElement(writeAssertion(ordinaryStatement(situation)), "Assertion", { key: strangerKey }),
        "saml_signature",
      ],
    ] as const)
      for (const isResponseSigned of [false, true])
        assert.equal(await readSecret(plain, {}, isResponseSigned), code, `${code}: ${plain.slice(0, 80)}`);
  });

  it("have one shape", async () => {
    const other = "http://www.w3.org/2001/04/xmlenc#";
    for (const [from, to, code] of [
      [/<xenc:EncryptedKey.*<\/xenc:EncryptedKey>/, "", "saml_structure"],
      [/(<xenc:EncryptedKey.*<\/xenc:EncryptedKey>)/, "$1$1", "saml_duplicate_id"],
      [
        /(<xenc:EncryptedKey.*<\/xenc:EncryptedKey>)/,
        `$1<xenc:EncryptedKey xmlns:xenc="${other}"/>`,
        "saml_structure",
      ],
      [
        /(<xenc:EncryptedData.*<\/xenc:EncryptedData>)/,
        "$1<xenc:EncryptedData xmlns:xenc='http://www.w3.org/2001/04/xmlenc#'/>",
        "saml_structure",
      ],
      [/<xenc:CipherValue>[^<]*<\/xenc:CipherValue>/g, "", "saml_structure"],
      [
        /<xenc:CipherValue>[^<]*<\/xenc:CipherValue>/g,
        '<xenc:CipherReference URI="https://evil.example/"/>',
        "saml_structure",
      ],
      [/<xenc:CipherValue>/g, "<xenc:CipherValue><a/>", "saml_structure"],
      // Whoever looks for a name anywhere, in whatever namespace, finds these first.
      ...[
        "<x:CipherValue xmlns:x='urn:x'>AAAA</x:CipherValue>",
        "<x:CipherData xmlns:x='urn:x'/>",
        "<x:EncryptionMethod xmlns:x='urn:x' Algorithm='http://www.w3.org/2001/04/xmlenc#rsa-1_5'/>",
        "<x:EncryptedData xmlns:x='urn:x'/>",
        "<x:EncryptedKey xmlns:x='urn:x'/>",
        "<x:CipherReference xmlns:x='urn:x' URI='https://evil.example/'/>",
        "<x:RetrievalMethod xmlns:x='urn:x' URI='#k1'/><x:RetrievalMethod xmlns:x='urn:x' URI='#k2'/>",
      ].map((hidden) => [/(?<=KeyInfo[^>]*>)(?=<xenc:EncryptedKey)/, hidden, "saml_structure"] as const),
      [
        /Algorithm="http:\/\/www.w3.org\/2009\/xmlenc11#aes256-gcm"/,
        `Algorithm="${other}tripledes-cbc"`,
        "saml_weak_encryption",
      ],
      [/Algorithm="http:\/\/www.w3.org\/2009\/xmlenc11#aes256-gcm"/, "", "saml_weak_encryption"],
      [
        /(rsa-oaep-mgf1p"\/>)/,
        'rsa-oaep-mgf1p"><ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="urn:md5"/></xenc:EncryptionMethod>',
        "saml_weak_encryption",
      ],
      [
        /(rsa-oaep-mgf1p"\/>)/,
        'rsa-oaep-mgf1p"><ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/></xenc:EncryptionMethod>',
        null,
      ],
    ] as const) {
      const encrypt = { certificatePem: spKey.certificatePem };
      const verdict = await verdictOn({
        issue: { mode: "assertion", encrypt },
        tamper: (xml) => xml.replace(from, to),
      });
      assert.equal(verdict, code, `${from}`);
    }
  });

  it("find a key beside the data only by its reference", async () => {
    const encrypt = { certificatePem: spKey.certificatePem, place: "beside" } as const;
    const verdict = (tamper: (xml: string) => string) =>
      verdictOn({ issue: { mode: "assertion", encrypt }, tamper });
    assert.equal(await verdict((xml) => xml.replace('URI="#_k1"', 'URI="#_k2"')), "saml_structure");
    assert.equal(await verdict((xml) => xml.replace(/<ds:RetrievalMethod[^>]*>/, "")), "saml_structure");
  });
});

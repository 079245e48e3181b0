import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { childElements } from "./xml/element.ts";
import { parseXml } from "./xml/parse-xml.ts";
import type { SignatureOptions } from "./testing/identity-provider.ts";
import { EXC_C14N, ordinaryStatement, signElement, writeAssertion } from "./testing/identity-provider.ts";
import { codeOf } from "./testing/judge.ts";
import { createWorld } from "./testing/world.ts";
import { trustedCertificates } from "./trusted-certificates.ts";
import { verifySignature } from "./verify-signature.ts";

const { idpKey, nextKey, situation, strangerKey } = createWorld();
const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const plain = writeAssertion(ordinaryStatement(situation));
const trusted = trustedCertificates([
  { pem: nextKey.certificatePem, state: "active" },
  { pem: idpKey.certificatePem, state: "active" },
]);

function verified(xml: string, certificates = trusted) {
  const signature = childElements(parseXml(xml).root).find(({ localName }) => localName === "Signature");
  assert.ok(signature);
  return verifySignature(xml, signature, certificates);
}
const sign = (options: Partial<SignatureOptions> = {}): string =>
  signElement(plain, "Assertion", { key: idpKey, ...options });
const verdict = (xml: string, certificates = trusted) => codeOf(() => verified(xml, certificates));

/** Whatever a shape check would say before: here the shape was not checked. */
describe("verifySignature(), without any check before it", () => {
  it("hands out what was signed, without the signature, and whose certificate it was", () => {
    const { certificate, xml } = verified(sign());
    assert.equal(certificate.pem, idpKey.certificatePem);
    assert.equal(xml, parseXml(xml).text);
    assert.doesNotMatch(xml, /Signature/);
    assert.match(xml, />u-7391</);
  });

  it("refuses a changed document, a changed SignedInfo, and a changed value", () => {
    assert.equal(verdict(sign().replace(">u-7391<", ">owner<")), "saml_signature");
    assert.equal(verdict(sign().replace(/(<ds:DigestValue>)./, "$1_")), "saml_signature");
    assert.equal(verdict(sign().replace(/(<ds:SignatureValue>)..../, "$1AAAA")), "saml_signature");
    assert.equal(verdict(sign().replace(/(<ds:SignatureValue>)[^<]*/, "$1")), "saml_signature");
  });

  it("never looks at the certificate in KeyInfo", () => {
    assert.equal(verdict(sign({ key: strangerKey })), "saml_signature");
    assert.equal(verdict(sign({ keyInfoPem: strangerKey.certificatePem })), null);
    assert.equal(verdict(sign(), []), "saml_signature");
  });

  it("knows no weak algorithm", () => {
    assert.equal(verdict(sign({ signatureAlgorithm: `${DSIG}rsa-sha1` })), "saml_signature");
    assert.equal(verdict(sign({ digestAlgorithm: `${DSIG}sha1` })), "saml_signature");
    assert.equal(verdict(sign({ hmacSecret: idpKey.certificatePem })), "saml_signature");
    const inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    assert.equal(verdict(sign({ transforms: [`${DSIG}enveloped-signature`, inclusive] })), "saml_signature");
    assert.equal(
      verdict(sign({ transforms: [`${DSIG}enveloped-signature`, `${EXC_C14N}WithComments`] })),
      "saml_signature",
    );
  });

  it("refuses an ID that occurs twice", () => {
    const xml = sign();
    const [, id = ""] = / ID="([^"]*)"/.exec(xml) ?? [];
    assert.equal(verdict(xml.replace("<saml:Subject>", `<saml:Subject ID="${id}">`)), "saml_signature");
  });
});

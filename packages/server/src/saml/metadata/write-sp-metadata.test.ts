import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DOMParser } from "@xmldom/xmldom";
import { SignedXml } from "xml-crypto";
import { base64Of } from "../testing/metadata.ts";
import { createWorld, NOW } from "../testing/world.ts";
import { writeSpMetadata } from "./write-sp-metadata.ts";

const { nextKey, spKey, strangerKey, trust } = createWorld();
const ABOUT = {
  spEntityId: trust.spEntityId,
  acsUrl: trust.acsUrl,
  sloUrl: trust.sloUrl,
  nameIdFormat: trust.nameIdFormat,
  signRequests: true,
  signingKey: spKey,
  nextSigningCertificatePem: nextKey.certificatePem,
  encryptionCertificatesPem: [strangerKey.certificatePem],
};
const write = (changes: object = {}): string =>
  writeSpMetadata({ ...ABOUT, ...changes }, "_0123456789abcdef0123456789abcdef", NOW + 7 * 86_400_000);

describe("writeSpMetadata()", () => {
  it("says who we are, where we take what, and by which keys", () => {
    const xml = write().replace(/<ds:Signature [\s\S]*?<\/ds:Signature>/, "");
    const key = (use: string, base64: string, methods = ""): string =>
      `<md:KeyDescriptor use="${use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>${methods}</md:KeyDescriptor>`;
    const methods = [
      "http://www.w3.org/2009/xmlenc11#aes256-gcm",
      "http://www.w3.org/2009/xmlenc11#aes128-gcm",
      "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
    ].map((algorithm) => `<md:EncryptionMethod Algorithm="${algorithm}"/>`);
    assert.equal(
      xml,
      [
        `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ID="_0123456789abcdef0123456789abcdef" entityID="${trust.spEntityId}" validUntil="2026-11-29T10:00:00.000Z">`,
        '<md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">',
        key("signing", base64Of(spKey)),
        key("signing", base64Of(nextKey)),
        key("encryption", base64Of(strangerKey), methods.join("")),
        `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${trust.sloUrl}"/>`,
        `<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${trust.sloUrl}"/>`,
        `<md:NameIDFormat>${trust.nameIdFormat}</md:NameIDFormat>`,
        `<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${trust.acsUrl}" index="0" isDefault="true"/>`,
        "</md:SPSSODescriptor></md:EntityDescriptor>",
      ].join(""),
    );
  });

  it("leaves out what there is none of", () => {
    const xml = write({
      nameIdFormat: null,
      nextSigningCertificatePem: null,
      encryptionCertificatesPem: [],
      signRequests: false,
    });
    assert.doesNotMatch(xml, /NameIDFormat|use="encryption"/);
    assert.match(xml, /AuthnRequestsSigned="false"/);
    assert.equal(xml.match(/use="signing"/g)?.length, 1);
  });

  it("is signed, first in the document, by the current key", () => {
    const xml = write();
    const [signature] = Array.from(new DOMParser().parseFromString(xml).documentElement.childNodes);
    assert.equal(signature?.nodeName, "ds:Signature");
    for (const [key, holds] of [
      [spKey, true],
      [nextKey, false],
    ] as const) {
      const signed = new SignedXml({ publicCert: key.certificatePem, getCertFromKeyInfo: () => null });
      signed.loadSignature(signature);
      const check = () => signed.checkSignature(xml);
      if (holds) assert.ok(check());
      else assert.throws(check);
    }
  });
});

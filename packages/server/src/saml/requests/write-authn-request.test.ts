import assert from "node:assert/strict";
import { verify } from "node:crypto";
import { describe, it } from "node:test";
import { inflateRawSync } from "node:zlib";
import { DOMParser } from "@xmldom/xmldom";
import { SignedXml } from "xml-crypto";
import type { SamlTrust } from "../contract.ts";
import { createWorld, NOW, REQUEST_ID } from "../testing/world.ts";
import { writeAuthnRequest } from "./write-authn-request.ts";

const { spKey, strangerKey, trust } = createWorld();
const HANDLE = "h+a/n d=le&";

function redirect(changes: Partial<SamlTrust> = {}, forceAuthn = false): URL {
  const delivery = writeAuthnRequest(
    { ...trust, ...changes },
    { id: REQUEST_ID, nowMs: NOW, forceAuthn },
    HANDLE,
  );
  assert.ok(delivery.binding === "redirect");
  return new URL(delivery.url);
}

const requestOf = (url: URL): string =>
  inflateRawSync(Buffer.from(url.searchParams.get("SAMLRequest") ?? "", "base64")).toString();

/** As a provider verifies it: over the characters of the query, in the order of the binding. */
function holds(query: string, certificatePem: string): boolean {
  const [signed = "", signature = ""] = query.split("&Signature=");
  return verify(
    "sha256",
    Buffer.from(signed),
    certificatePem,
    Buffer.from(decodeURIComponent(signature), "base64"),
  );
}

describe("writeAuthnRequest() by redirect", () => {
  it("asks for a sign-in, addressed and dated", () => {
    const url = redirect();
    assert.equal(url.origin + url.pathname, trust.sso.url);
    assert.deepEqual([...url.searchParams.keys()], ["SAMLRequest", "RelayState", "SigAlg", "Signature"]);
    assert.equal(url.searchParams.get("RelayState"), HANDLE);
    assert.equal(
      requestOf(url),
      `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${REQUEST_ID}" Version="2.0" IssueInstant="2026-11-22T10:00:00.000Z" Destination="${trust.sso.url}" AssertionConsumerServiceURL="${trust.acsUrl}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"><saml:Issuer>${trust.spEntityId}</saml:Issuer><samlp:NameIDPolicy Format="${trust.nameIdFormat}" AllowCreate="true"/></samlp:AuthnRequest>`,
    );
  });

  it("asks for a new sign-in only when told to, and for no format when none is expected", () => {
    assert.match(requestOf(redirect({}, true)), / ForceAuthn="true"/);
    assert.match(requestOf(redirect({ nameIdFormat: null })), /<samlp:NameIDPolicy AllowCreate="true"\/>/);
    assert.doesNotMatch(requestOf(redirect()), /RequestedAuthnContext|ForceAuthn/);
  });

  it("A-070 is signed over the query, so that request, RelayState and algorithm cannot be changed", () => {
    const query = redirect().search.slice(1);
    assert.equal(redirect().searchParams.get("SigAlg"), "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
    assert.ok(holds(query, spKey.certificatePem));
    assert.equal(holds(query, strangerKey.certificatePem), false);
    const other = redirect({}, true).search.slice(1).split("&")[0] ?? "";
    for (const changed of [
      query.replace(/SAMLRequest=[^&]*/, other),
      query.replace(/RelayState=[^&]*/, "RelayState=other"),
      query.replace(/RelayState=[^&]*&/, ""),
      query.replace("sha256", "sha512"),
    ]) {
      assert.notEqual(changed, query);
      assert.equal(holds(changed, spKey.certificatePem), false, changed);
    }
  });

  it("travels unsigned only where the connection says so", () => {
    const url = redirect({ signRequests: false });
    assert.deepEqual([...url.searchParams.keys()], ["SAMLRequest", "RelayState"]);
  });

  it("keeps a query that the provider's URL has", () => {
    const url = redirect({ sso: { url: "https://idp.example/sso?tenant=1", binding: "redirect" } });
    assert.equal(url.searchParams.get("tenant"), "1");
    assert.ok(url.searchParams.get("SAMLRequest"));
  });
});

describe("writeAuthnRequest() by POST", () => {
  const post = (changes: Partial<SamlTrust> = {}) => {
    const sso = { url: "https://idp.example/sso", binding: "post" } as const;
    const delivery = writeAuthnRequest(
      { ...trust, sso, ...changes },
      { id: REQUEST_ID, nowMs: NOW, forceAuthn: false },
      HANDLE,
    );
    assert.ok(delivery.binding === "post");
    return { ...delivery, xml: Buffer.from(delivery.fields["SAMLRequest"] ?? "", "base64").toString() };
  };

  it("is a form, whose document is signed after its Issuer", () => {
    const { fields, url, xml } = post();
    assert.equal(url, "https://idp.example/sso");
    assert.deepEqual(Object.keys(fields), ["SAMLRequest", "RelayState"]);
    assert.equal(fields["RelayState"], HANDLE);
    const [issuer, signature] = Array.from(new DOMParser().parseFromString(xml).documentElement.childNodes);
    assert.equal(issuer?.nodeName, "saml:Issuer");
    assert.equal(signature?.nodeName, "ds:Signature");
    const signed = new SignedXml({ publicCert: spKey.certificatePem, getCertFromKeyInfo: () => null });
    signed.loadSignature(signature);
    assert.ok(signed.checkSignature(xml));
    assert.match(signed.getSignedReferences()[0] ?? "", new RegExp(`ID="${REQUEST_ID}"`));
  });

  it("is unsigned only where the connection says so", () => {
    assert.doesNotMatch(post({ signRequests: false }).xml, /Signature/);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSamlError } from "../saml-error.ts";
import { signElement } from "../testing/identity-provider.ts";
import { codeOf } from "../testing/judge.ts";
import type { MetadataStatement } from "../testing/metadata.ts";
import { base64Of, BINDINGS, ordinaryMetadata, writeMetadata } from "../testing/metadata.ts";
import { makeTestKey } from "../testing/test-keys.ts";
import { createWorld, NOW } from "../testing/world.ts";
import { readIdpMetadata } from "./read-idp-metadata.ts";

const { idpKey, nextKey, strangerKey } = createWorld();
const ordinary = ordinaryMetadata(idpKey);
const metadata = (changes: Partial<MetadataStatement> = {}): string =>
  writeMetadata({ ...ordinary, ...changes });
const read = (changes: Partial<MetadataStatement> = {}) => readIdpMetadata(metadata(changes), NOW);
const verdict = (xml: string, pinned?: string) => codeOf(() => readIdpMetadata(xml, NOW, pinned));
const verdictOf = (changes: Partial<MetadataStatement>) => verdict(metadata(changes));
const HOUR = 3_600_000;

describe("readIdpMetadata()", () => {
  it("reads what a connection needs", () => {
    const { certificates, ...rest } = read();
    assert.deepEqual(rest, {
      entityId: "https://idp.example/metadata",
      sso: { url: "https://idp.example/sso", binding: "redirect" },
      slo: { url: "https://idp.example/slo", binding: "post" },
      nameIdFormats: ["urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"],
      wantAuthnRequestsSigned: true,
      validUntil: null,
      signature: "none",
      warnings: [],
    });
    assert.equal(certificates.length, 1);
    assert.equal(certificates[0]?.subject, "CN=idp.example");
  });

  it("takes POST where there is no redirect, and no logout where there is none", () => {
    const { slo, sso } = read({
      sso: [
        [BINDINGS.soap, "http://internal/"],
        [BINDINGS.post, "https://idp.example/p"],
      ],
      slo: [],
    });
    assert.deepEqual(sso, { url: "https://idp.example/p", binding: "post" });
    assert.equal(slo, null);
  });

  it("reads whether requests must be signed in both spellings of true", () => {
    for (const [text, expected] of [
      ["1", true],
      ["true", true],
      ["false", false],
      ["0", false],
      [null, false],
    ] as const)
      assert.equal(read({ wantsSigned: text }).wantAuthnRequestsSigned, expected);
  });

  it("takes signing certificates, each once, and those without a use", () => {
    const { certificates } = read({
      certificates: [
        ["signing", base64Of(idpKey)],
        [null, base64Of(nextKey)],
        ["signing", base64Of(idpKey)],
        ["encryption", base64Of(strangerKey)],
      ],
    });
    assert.deepEqual(
      certificates.map(({ subject }) => subject),
      ["CN=idp.example", "CN=next.idp.example"],
    );
  });

  it("overlooks comments, a byte order mark, and descriptors of other roles", () => {
    const xml = metadata({ after: '<md:SPSSODescriptor protocolSupportEnumeration="x"/>' });
    const commented = `\uFEFF<?xml version="1.0"?><!-- a < b -->${xml.replace("<md:IDPSSO", "<!-- --><md:IDPSSO")}<!--x-->`;
    assert.equal(readIdpMetadata(commented, NOW).entityId, ordinary.entityId);
  });

  it("says until when it holds, by the earlier of two ends", () => {
    const [soon, later] = [new Date(NOW + HOUR).toISOString(), new Date(NOW + 2 * HOUR).toISOString()];
    assert.equal(read({ validUntil: soon, descriptorValidUntil: later }).validUntil, NOW + HOUR);
    assert.equal(read({ validUntil: later, descriptorValidUntil: soon }).validUntil, NOW + HOUR);
    assert.equal(read({ validUntil: later }).validUntil, NOW + 2 * HOUR);
  });

  it("warns of expired certificates, of more than are tried, and of a signature that nobody checked", () => {
    const expired = makeTestKey("old", { notAfter: new Date(NOW) });
    assert.match(
      read({ certificates: [["signing", base64Of(expired)]] }).warnings.join(),
      /^1 of 1 certificates have expired/,
    );
    const keys = [idpKey, nextKey, strangerKey, createWorld().spKey, expired];
    const { certificates, warnings } = read({
      certificates: keys.map((key) => ["signing", base64Of(key)] as const),
    });
    assert.equal(certificates.length, 5);
    assert.match(warnings.join(), /1 of 5 .* only 4 are tried/s);
    const four = read({ certificates: keys.slice(0, 4).map((key) => ["signing", base64Of(key)] as const) });
    assert.deepEqual(four.warnings, []);
    const signed = readIdpMetadata(signElement(metadata(), "EntityDescriptor", { key: strangerKey }), NOW);
    assert.equal(signed.signature, "unchecked");
    assert.match(signed.warnings.join(), /signed, but no certificate/);
  });
});

describe("A-072 metadata that is refused", () => {
  it("for its text: document types, entities, other markup, size", () => {
    const xml = metadata();
    for (const [text, code] of [
      [`<!DOCTYPE a>${xml}`, "saml_forbidden_markup"],
      [`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${xml}`, "saml_forbidden_markup"],
      [xml.replace("<md:IDPSSO", "<![CDATA[<!-- ]]><md:IDPSSO"), "saml_forbidden_markup"],
      [xml.replace("<md:IDPSSO", "<?pi?><md:IDPSSO"), "saml_forbidden_markup"],
      [xml.replace("<md:IDPSSO", "<!-- <md:IDPSSO"), "saml_forbidden_markup"],
      [`${xml}<!-->`, "saml_forbidden_markup"],
      ["", "saml_xml"],
      ["<html>", "saml_xml"],
      [`${xml}${xml}`, "saml_xml"],
      [`${xml}\0`, "saml_encoding"],
      [xml.replace("<md:IDPSSO", `${"<a>".repeat(60)}${"</a>".repeat(60)}<md:IDPSSO`), "saml_too_complex"],
      [xml.replace("<md:IDPSSO", `${"<a/>".repeat(20_001)}<md:IDPSSO`), "saml_too_complex"],
      [`${xml}${" ".repeat(50 * 1024 * 1024)}`, "saml_too_large"],
      [xml.replace("<md:IDPSSODescriptor ", '<md:IDPSSODescriptor ID="_m" '), "saml_duplicate_id"],
      [xml.replace("<md:IDPSSODescriptor ", '<md:IDPSSODescriptor xmlns:r="rel" '), "saml_structure"],
    ] as const)
      assert.equal(verdict(text), code, text.slice(0, 100));
    assert.equal(verdict(metadata({ after: "<a/>".repeat(4_000) })), null);
    const attributes = (count: number): string => metadata({ after: '<a b="" c="" d=""/>'.repeat(count) });
    assert.equal(verdict(attributes(10_000)), null);
    assert.equal(verdict(attributes(14_000)), "saml_too_complex");
    assert.equal(verdict(`${xml}${" ".repeat(1024 * 1024 - xml.length)}`), null);
    assert.equal(verdict(`${xml}${" ".repeat(1024 * 1024 - xml.length + 1)}`), "saml_too_large");
  });

  it("for being of no provider, or of no SAML 2.0 provider, or of two", () => {
    for (const entityId of [null, "", "a b", "a&#9;b", "a".repeat(1_025)])
      assert.equal(verdictOf({ entityId }), "saml_metadata", String(entityId));
    assert.equal(verdictOf({ entityId: "a".repeat(1_024) }), null);
    assert.equal(verdictOf({ protocols: "urn:oasis:names:tc:SAML:1.1:protocol" }), "saml_metadata");
    assert.equal(verdictOf({ protocols: "" }), "saml_metadata");
    assert.equal(
      verdictOf({ protocols: "urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol" }),
      null,
    );
    const second = '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>';
    assert.equal(verdictOf({ after: second }), "saml_metadata");
    assert.equal(verdictOf({ after: '<md:IDPSSODescriptor protocolSupportEnumeration="x"/>' }), null);
    assert.equal(verdictOf({ after: "<md:IDPSSODescriptor/>" }), null);
    assert.equal(
      verdict(metadata().replaceAll("md:IDPSSODescriptor", "md:SPSSODescriptor")),
      "saml_metadata",
    );
    assert.equal(
      verdict(metadata().replaceAll("md:EntityDescriptor", "md:OtherDescriptor")),
      "saml_metadata",
    );
    assert.equal(verdict("<a/>"), "saml_metadata");
  });

  it("for describing several, which it lists", () => {
    const one = metadata().replace(' ID="_m"', "");
    const two = one.replace("https://idp.example/metadata", "https://two.example/");
    const sp =
      '<md:EntityDescriptor entityID="https://sp.example/"><md:SPSSODescriptor/></md:EntityDescriptor>';
    const nested = `<md:EntitiesDescriptor>${two}</md:EntitiesDescriptor>`;
    const all = (inside: string): string =>
      `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${inside}</md:EntitiesDescriptor>`;
    assert.throws(
      () => readIdpMetadata(all(one + sp + nested), NOW),
      (error) => {
        assert.ok(isSamlError(error, "saml_metadata_choice"));
        assert.deepEqual(error.choices, ["https://idp.example/metadata", "https://two.example/"]);
        return true;
      },
    );
    const many = Array.from(
      { length: 101 },
      () => '<md:EntityDescriptor entityID="x"><md:IDPSSODescriptor/></md:EntityDescriptor>',
    );
    assert.throws(
      () => readIdpMetadata(all(many.join("")), NOW),
      (error) => isSamlError(error) && error.choices.length === 100,
    );
  });

  it("for having ended", () => {
    const passed = new Date(NOW).toISOString();
    assert.equal(verdictOf({ validUntil: passed }), "saml_metadata_expired");
    assert.equal(verdictOf({ descriptorValidUntil: passed }), "saml_metadata_expired");
    assert.equal(verdictOf({ validUntil: new Date(NOW + 1).toISOString() }), null);
    assert.equal(verdictOf({ validUntil: "soon" }), "saml_time_format");
  });

  it("for addresses to which no browser may be sent", () => {
    for (const location of [
      "http://idp.example/sso",
      "javascript:alert(1)",
      "data:text/html,x",
      "//idp.example/sso",
      "/sso",
      "",
      "https://",
      "https://user@idp.example/",
      "https://user:pw@idp.example/",
      "https://:pw@idp.example/",
      "https://idp.example/#x",
      "https://idp.example/a b",
      "https://idp.example/&#10;x",
      `https://idp.example/${"a".repeat(2_048)}`,
    ])
      for (const binding of [BINDINGS.redirect, BINDINGS.post]) {
        assert.equal(verdictOf({ sso: [[binding, location]] }), "saml_metadata_endpoint", location);
        assert.equal(verdictOf({ slo: [[binding, location]] }), "saml_metadata_endpoint", location);
        assert.equal(
          verdictOf({ sso: [...ordinary.sso, [binding, location]] }),
          "saml_metadata_endpoint",
          location,
        );
      }
    assert.equal(verdictOf({ sso: [[BINDINGS.soap, "https://idp.example/soap"]] }), "saml_metadata_endpoint");
    assert.equal(verdictOf({ sso: [] }), "saml_metadata_endpoint");
    assert.equal(verdict(metadata().replaceAll(" Location=", " X=")), "saml_metadata_endpoint");
    assert.equal(verdictOf({ sso: [[BINDINGS.redirect, "https://idp.example:8443/sso?a=b"]] }), null);
  });

  it("for certificates that are weak, none, or missing", () => {
    const weak = makeTestKey("weak", { bits: 1024 });
    const sha1 = makeTestKey("old", { hash: "sha1" });
    for (const certificates of [
      [["signing", base64Of(weak)]],
      [["signing", base64Of(sha1)]],
      [["signing", "AAAA"]],
      [["signing", ""]],
      [["signing", `${base64Of(idpKey)}<a/>`]],
      [["encryption", base64Of(idpKey)]],
      [
        ["signing", base64Of(idpKey)],
        ["signing", base64Of(weak)],
      ],
      [],
    ] as const)
      assert.equal(
        verdictOf({ certificates }),
        certificates[0]?.[1].includes("<a/>") === true ? "saml_structure" : "saml_certificate",
      );
  });

  it("for a signature that the pinned certificate does not prove", () => {
    const pinned = strangerKey.certificatePem;
    const sign = (xml: string, key = strangerKey): string => signElement(xml, "EntityDescriptor", { key });
    const proven = readIdpMetadata(sign(metadata()), NOW, pinned);
    assert.equal(proven.signature, "verified");
    assert.deepEqual(proven.warnings, []);
    assert.equal(verdict(metadata(), pinned), "saml_metadata_signature");
    assert.equal(verdict(sign(metadata(), nextKey), pinned), "saml_metadata_signature");
    assert.equal(
      verdict(sign(metadata()).replace('"https://idp.example/sso"', '"https://evil.example/"'), pinned),
      "saml_metadata_signature",
    );
    const sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    const weak = signElement(metadata(), "EntityDescriptor", { key: strangerKey, signatureAlgorithm: sha1 });
    assert.equal(verdict(weak, pinned), "saml_metadata_signature");
    assert.equal(verdict(sign(metadata()), "no certificate"), "saml_certificate");
    const inside = sign(metadata()).replace("<md:IDPSSODescriptor", "<!-- c --><md:IDPSSODescriptor");
    assert.equal(verdict(inside, pinned), null);
  });
});

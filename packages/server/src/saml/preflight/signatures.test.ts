import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codeOf } from "../testing/judge.ts";
import { childElements } from "../xml/element.ts";
import { parseXml } from "../xml/parse-xml.ts";
import { checkSignatureShape, findSignatures } from "./signatures.ts";

const D = "http://www.w3.org/2000/09/xmldsig#";
const EXC = "http://www.w3.org/2001/10/xml-exc-c14n#";
const prefixes = `<ec:InclusiveNamespaces xmlns:ec="${EXC}" PrefixList="xs"/>`;

const SIGNATURE = `<ds:Signature xmlns:ds="${D}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="${EXC}"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#r"><ds:Transforms><ds:Transform Algorithm="${D}enveloped-signature"/><ds:Transform Algorithm="${EXC}"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo/></ds:Signature>`;

describe("checkSignatureShape()", () => {
  function verdict(...changes: readonly (readonly [from: string | RegExp, to: string])[]) {
    let xml = SIGNATURE;
    for (const [from, to] of changes) {
      const next = xml.replace(from, to);
      assert.notEqual(next, xml, `${from}`);
      xml = next;
    }
    const [signature] = childElements(parseXml(`<r ID="r">${xml}</r>`).root);
    assert.ok(signature);
    return codeOf(() => checkSignatureShape(signature));
  }
  const twice = (name: string): readonly [RegExp, string] => [
    new RegExp(`(<ds:${name}[ >/].*</ds:${name}>|<ds:${name}[^>]*/>)`),
    "$1$1",
  ];
  const without = (name: string): readonly [RegExp, string] => [
    new RegExp(`(<ds:${name}[ >].*</ds:${name}>|<ds:${name}[^>]*/>)`),
    "",
  ];

  it("takes the one shape, with or without KeyInfo, with a list of prefixes", () => {
    assert.equal(verdict(), null);
    assert.equal(verdict(["<ds:KeyInfo/>", ""]), null);
    assert.equal(
      verdict([
        `<ds:Transform Algorithm="${EXC}"/>`,
        `<ds:Transform Algorithm="${EXC}">${prefixes}</ds:Transform>`,
      ]),
      null,
    );
    assert.equal(
      verdict([
        `<ds:CanonicalizationMethod Algorithm="${EXC}"/>`,
        `<ds:CanonicalizationMethod Algorithm="${EXC}">${prefixes}</ds:CanonicalizationMethod>`,
      ]),
      null,
    );
    assert.equal(verdict(["xmlenc#sha256", "xmlenc#sha512"]), null);
    assert.equal(verdict(["rsa-sha256", "rsa-sha512"]), null);
    assert.equal(
      verdict([/http:[^"]*rsa-sha256/, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"]),
      null,
    );
  });

  it("refuses parts that are missing, twice, or of other kinds", () => {
    for (const name of ["SignedInfo", "SignatureValue"]) {
      assert.equal(verdict(without(name)), "saml_structure", name);
      assert.equal(verdict(twice(name)), "saml_structure", name);
    }
    assert.equal(verdict(twice("KeyInfo")), "saml_structure");
    for (const name of [
      "CanonicalizationMethod",
      "SignatureMethod",
      "DigestMethod",
      "DigestValue",
      "Transforms",
    ]) {
      assert.equal(verdict(without(name)), "saml_structure", name);
      assert.equal(verdict(twice(name)), "saml_structure", name);
    }
    for (const place of ["</ds:Signature>", "</ds:SignedInfo>", "</ds:Reference>"]) {
      assert.equal(verdict([place, `<ds:Other/>${place}`]), "saml_structure", place);
      assert.equal(verdict([place, `<x:KeyInfo xmlns:x="urn:x"/>${place}`]), "saml_structure", place);
    }
    assert.equal(verdict(["<ds:DigestValue>AAAA", "<ds:DigestValue>AA<a/>AA"]), "saml_structure");
    assert.equal(verdict(["<ds:SignatureValue>AAAA", "<ds:SignatureValue>AA<a/>AA"]), "saml_structure");
  });

  it("refuses references that are none, two, or to something else", () => {
    assert.equal(verdict(without("Reference")), "saml_reference");
    assert.equal(verdict(twice("Reference")), "saml_reference");
    for (const uri of [
      'URI=""',
      'URI="#other"',
      'URI="r"',
      'URI="#R"',
      'URI="#xpointer(/)"',
      "URI=\"#xpointer(id('r'))\"",
      'Type="x"',
    ])
      assert.equal(verdict(['URI="#r"', uri]), "saml_reference", uri);
    const [signature] = childElements(parseXml(`<r>${SIGNATURE.replace("#r", "#")}</r>`).root);
    assert.ok(signature);
    assert.equal(
      codeOf(() => checkSignatureShape(signature)),
      "saml_reference",
    );
  });

  it("refuses other transforms, another order, and more than the two", () => {
    const enveloped = `<ds:Transform Algorithm="${D}enveloped-signature"/>`;
    const exclusive = `<ds:Transform Algorithm="${EXC}"/>`;
    for (const transforms of [
      "",
      enveloped,
      exclusive,
      exclusive + enveloped,
      enveloped + enveloped,
      exclusive + exclusive,
      enveloped + exclusive + exclusive,
      `${enveloped}<ds:Transform Algorithm="${EXC}WithComments"/>`,
      `${enveloped}<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>`,
      `${enveloped}<ds:Transform/>`,
      `${enveloped}<ds:Transform Algorithm="${EXC}"><ds:XPath>1</ds:XPath></ds:Transform>`,
      `${enveloped}<ds:Transform Algorithm="${EXC}">${prefixes}${prefixes}</ds:Transform>`,
      `<ds:Transform Algorithm="${D}enveloped-signature"><ds:XPath>1</ds:XPath></ds:Transform>${exclusive}`,
      `<x:Transform xmlns:x="urn:x" Algorithm="${D}enveloped-signature"/>${exclusive}`,
      `${enveloped}<x:Transform xmlns:x="urn:x" Algorithm="${EXC}"/>`,
    ])
      assert.equal(verdict([enveloped + exclusive, transforms]), "saml_algorithm", transforms);
  });

  it("refuses other algorithms", () => {
    for (const [from, to] of [
      ["rsa-sha256", "rsa-sha1"],
      ["rsa-sha256", "hmac-sha256"],
      ["rsa-sha256", "ecdsa-sha256"],
      ["xmlenc#sha256", "xmlenc#sha1"],
      [/(CanonicalizationMethod Algorithm=")[^"]*/, "$1http://www.w3.org/TR/2001/REC-xml-c14n-20010315"],
      [/(CanonicalizationMethod Algorithm=")[^"]*/, `$1${EXC}WithComments`],
      [/(CanonicalizationMethod) Algorithm="[^"]*"/, "$1"],
      [/(SignatureMethod) Algorithm="[^"]*"/, "$1"],
      [/(DigestMethod) Algorithm="[^"]*"/, "$1"],
      [
        /<ds:SignatureMethod ([^>]*)\/>/,
        "<ds:SignatureMethod $1><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>",
      ],
      [/<ds:DigestMethod ([^>]*)\/>/, "<ds:DigestMethod $1><ds:X/></ds:DigestMethod>"],
      [
        /<ds:CanonicalizationMethod ([^>]*)\/>/,
        "<ds:CanonicalizationMethod $1><ds:X/></ds:CanonicalizationMethod>",
      ],
    ] as const)
      assert.equal(verdict([from, to]), "saml_algorithm", `${from} ${to}`);
  });
});

describe("findSignatures()", () => {
  function found(inside: string, signable: (root: Element) => readonly Element[] = (root) => [root]) {
    const { root } = parseXml(`<r xmlns:ds="${D}">${inside}</r>`);
    return findSignatures(root, signable(root));
  }

  it("finds each by the element it stands in", () => {
    const both = found("<ds:Signature/><a><ds:Signature/></a>", (root) => [root, ...childElements(root)]);
    assert.deepEqual(
      [...both.keys()].map(({ localName }) => localName),
      ["r", "a"],
    );
    assert.equal(found("").size, 0);
  });

  it("refuses one elsewhere, a second, and one of another namespace", () => {
    for (const inside of [
      "<a><ds:Signature/></a>",
      "<ds:Signature/><ds:Signature/>",
      "<ds:Signature><ds:Signature/></ds:Signature>",
      '<x:Signature xmlns:x="urn:x"/>',
      "<Signature/>",
    ])
      assert.equal(
        codeOf(() => found(inside)),
        "saml_signature_position",
        inside,
      );
  });

  it("refuses objects and manifests anywhere", () => {
    for (const inside of [
      "<ds:Object/>",
      "<a><ds:Manifest/></a>",
      "<ds:Signature><ds:Object/></ds:Signature>",
      "<ds:Signature><ds:SignedInfo><ds:Manifest/></ds:SignedInfo></ds:Signature>",
    ])
      assert.equal(
        codeOf(() => found(inside)),
        "saml_signature_position",
        inside,
      );
    assert.equal(
      codeOf(() => found("<Object/><Manifest/>")),
      null,
    );
  });
});

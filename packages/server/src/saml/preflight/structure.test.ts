import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codeOf } from "../testing/judge.ts";
import { parseXml } from "../xml/parse-xml.ts";
import { checkStatus, statusOf } from "./status.ts";
import { assertionsIn, checkIds, checkNamespaces, checkRoot, findAssertion } from "./structure.ts";

const rootOf = (xml: string): Element => parseXml(xml).root;
const P = "urn:oasis:names:tc:SAML:2.0:protocol";
const A = "urn:oasis:names:tc:SAML:2.0:assertion";
const D = "http://www.w3.org/2000/09/xmldsig#";
const E = "http://www.w3.org/2001/04/xmlenc#";

describe("checkRoot()", () => {
  const verdict = (xml: string) => codeOf(() => checkRoot(rootOf(xml), P, "Response"));

  it("takes a message of its kind, of version 2.0, with an ID", () => {
    assert.equal(verdict(`<p:Response xmlns:p="${P}" ID="a" Version="2.0"/>`), null);
    assert.equal(verdict(`<Response xmlns="${P}" ID="a" Version="2.0"/>`), null);
  });

  it("refuses other kinds, namespaces and versions", () => {
    assert.equal(verdict(`<p:LogoutResponse xmlns:p="${P}" ID="a" Version="2.0"/>`), "saml_structure");
    assert.equal(verdict(`<p:Response xmlns:p="${A}" ID="a" Version="2.0"/>`), "saml_structure");
    assert.equal(verdict('<Response ID="a" Version="2.0"/>'), "saml_structure");
    assert.equal(verdict(`<p:Response xmlns:p="${P}" Version="2.0"/>`), "saml_structure");
    assert.equal(verdict(`<p:Response xmlns:p="${P}" ID="a" Version="1.1"/>`), "saml_version");
    assert.equal(verdict(`<p:Response xmlns:p="${P}" ID="a" p:Version="2.0"/>`), "saml_version");
    assert.equal(verdict(`<p:Response xmlns:p="${P}" ID="a"/>`), "saml_version");
  });
});

describe("checkIds()", () => {
  const verdict = (inside: string, root = "") =>
    codeOf(() => checkIds(rootOf(`<r xmlns:p="urn:p" xmlns:d="${D}" xmlns:e="${E}" ${root}>${inside}</r>`)));

  it("takes plain names that occur once, spelled as their namespace spells them", () => {
    assert.equal(
      verdict('<a ID="_1"/><a ID="b-2.c"/><d:Signature Id="s"/><e:EncryptedData Id="e"/>', 'ID="r"'),
      null,
    );
    assert.equal(verdict('<a Identity="x" Identity2="x" p:Identity="x"/>'), null);
  });

  it("refuses the same one twice, across all spellings", () => {
    assert.equal(verdict('<a ID="_1"/><b><a ID="_1"/></b>'), "saml_duplicate_id");
    assert.equal(verdict('<a ID="r"/>', 'ID="r"'), "saml_duplicate_id");
    assert.equal(verdict('<a ID="_1"/><d:Signature Id="_1"/>'), "saml_duplicate_id");
  });

  it("refuses what is no name", () => {
    for (const id of ["", "1a", "a b", "a:b", "a'b", "a&quot;b", "é", "-a", `a${"b".repeat(256)}`])
      assert.equal(verdict(`<a ID="${id}"/>`), "saml_duplicate_id", id);
    assert.equal(verdict(`<a ID="a${"b".repeat(255)}"/>`), null);
  });

  it("refuses other spellings, and prefixes", () => {
    for (const attribute of ['Id="a"', 'id="a"', 'iD="a"', 'p:ID="a"', 'p:id="a"', 'xml:id="a"'])
      assert.equal(verdict(`<a ${attribute}/>`), "saml_structure", attribute);
    assert.equal(verdict('<d:Signature ID="a"/>'), "saml_structure");
    assert.equal(verdict('<e:EncryptedData id="a"/>'), "saml_structure");
  });

  it("leaves a prefix that happens to be called so alone", () => {
    assert.equal(verdict('<a xmlns:id="urn:x"/>'), null);
  });
});

describe("checkNamespaces()", () => {
  const verdict = (declaration: string) =>
    codeOf(() => checkNamespaces(rootOf(`<r><a ${declaration}/></r>`)));

  it("takes absolute URIs and nothing else", () => {
    for (const uri of ["urn:x", "http://x.example/", "a+b-c.d:e"])
      assert.equal(verdict(`xmlns:p="${uri}"`), null, uri);
    for (const uri of ["x", "relative/uri", "../x", "//x", ":x", "1a:b", "urn:", "urn: x", "#x"]) {
      assert.equal(verdict(`xmlns:p="${uri}"`), "saml_structure", uri);
      assert.equal(verdict(`xmlns="${uri}"`), "saml_structure", uri);
    }
    assert.equal(verdict('xmlns=""'), "saml_structure");
    assert.equal(verdict('xmlnsfoo="x"'), null);
  });
});

describe("checkNamespaces(), of prefixes", () => {
  const verdict = (xml: string) => codeOf(() => checkNamespaces(rootOf(xml)));

  it("takes those that stand for a namespace and no others", () => {
    assert.equal(verdict('<p:a xmlns:p="urn:p" p:b="1" xml:lang="en"/>'), null);
    assert.equal(verdict("<p:a/>"), "saml_structure");
    assert.equal(verdict("<a p:b='1'/>"), "saml_structure");
    assert.equal(verdict('<a><b xmlns:p="urn:p"/><p:c/></a>'), "saml_structure");
  });
});

describe("findAssertion()", () => {
  const response = (inside: string) =>
    rootOf(`<p:Response xmlns:p="${P}" xmlns:a="${A}" xmlns:x="urn:x">${inside}</p:Response>`);
  const verdict = (inside: string, isError = false) =>
    codeOf(() => findAssertion(response(inside), () => isError));

  it("finds the one, encrypted or not", () => {
    assert.equal(findAssertion(response("<a:Assertion/>"), () => false).localName, "Assertion");
    assert.equal(
      findAssertion(response("<a:EncryptedAssertion/>"), () => false).localName,
      "EncryptedAssertion",
    );
  });

  it("refuses none, several, one elsewhere, and one of another namespace", () => {
    for (const inside of [
      "",
      "<a:Assertion/><a:Assertion/>",
      "<a:Assertion/><a:EncryptedAssertion/>",
      "<a:Assertion/><x:Assertion/>",
      "<a:Assertion><a:Assertion/></a:Assertion>",
      "<p:Extensions><a:Assertion/></p:Extensions>",
      "<x:Assertion/>",
      "<x:y><x:EncryptedAssertion/></x:y><a:Assertion/>",
    ])
      assert.equal(verdict(inside), "saml_assertion_count", inside);
  });

  it("reports the provider's error where there is none at all", () => {
    assert.equal(verdict("", true), "saml_status");
    assert.equal(verdict("<a:Assertion/>", true), null);
    assert.equal(verdict("<x:Assertion/>", true), "saml_assertion_count");
  });

  it("counts the element itself among its own", () => {
    assert.equal(assertionsIn(rootOf(`<a:Assertion xmlns:a="${A}"><a:Assertion/></a:Assertion>`)).length, 2);
  });
});

describe("checkStatus()", () => {
  const status = (inside: string) =>
    rootOf(`<p:Response xmlns:p="${P}" xmlns:x="urn:x">${inside}</p:Response>`);
  const ok = "urn:oasis:names:tc:SAML:2.0:status:Success";
  const code = (value: string, inside = "") => `<p:StatusCode Value="${value}">${inside}</p:StatusCode>`;

  it("takes success on top, once", () => {
    assert.equal(
      codeOf(() => checkStatus(status(`<p:Status>${code(ok)}</p:Status>`))),
      null,
    );
    for (const inside of [
      "",
      "<p:Status/>",
      `<p:Status>${code("urn:oasis:names:tc:SAML:2.0:status:Responder", code(ok))}</p:Status>`,
      `<p:Status>${code(ok)}${code(ok)}</p:Status>`,
      `<p:Status>${code(ok)}</p:Status><p:Status>${code(ok)}</p:Status>`,
      `<p:Status><p:StatusCode/></p:Status>`,
      `<x:Status>${code(ok)}</x:Status>`,
      `<p:Status><x:StatusCode Value="${ok}"/></p:Status>`,
      `<p:Status>${code(`${ok} `)}</p:Status>`,
    ])
      assert.equal(
        codeOf(() => checkStatus(status(inside))),
        "saml_status",
        inside,
      );
  });

  it("knows the second level, too", () => {
    assert.deepEqual(statusOf(status(`<p:Status>${code("a", code("b"))}</p:Status>`)), ["a", "b"]);
  });
});

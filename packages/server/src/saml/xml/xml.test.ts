import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DOMParser } from "@xmldom/xmldom";
import { codeOf } from "../testing/judge.ts";
import { attributeOf, childElements, onlyChild, optionalChild, textOf } from "./element.ts";
import { parseXml } from "./parse-xml.ts";
import { element } from "./write-xml.ts";

describe("parseXml()", () => {
  it("takes one root, with white space around it", () => {
    assert.equal(parseXml('<?xml version="1.0"?>\n<a/>\n').root.localName, "a");
  });

  it("refuses what a lenient parser would let pass", () => {
    for (const text of [
      "",
      "text",
      "<a/><b/>",
      "<a/>text",
      "<a>",
      "<a></b>",
      "<a b=c/>",
      "<a b/>",
      "<a b='1' b='2'/>",
      "<a b='1'c='2'/>",
      "<a>&unknown;</a>",
      "<a>&</a>",
      "<a>&amp</a>",
      "<a b='&'/>",
      "<a>&#x;</a>",
      "<a/><!-- c -->",
      "<!DOCTYPE a><a/>",
      "<?other x?><a/>",
    ])
      assert.equal(
        codeOf(() => parseXml(text)),
        "saml_xml",
        text,
      );
  });
});

describe("reading elements", () => {
  const lenient = (xml: string): Element => new DOMParser().parseFromString(xml, "text/xml").documentElement;

  it("textOf() reads text, and nothing that is split by anything", () => {
    assert.equal(textOf(lenient("<a>b&amp;c&#65;</a>")), "b&cA");
    assert.equal(textOf(lenient("<a/>")), "");
    for (const xml of ["<a>b<!-- c -->d</a>", "<a><b/></a>", "<a><![CDATA[b]]></a>", "<a>b<?c d?></a>"])
      assert.equal(
        codeOf(() => textOf(lenient(xml))),
        "saml_structure",
        xml,
      );
  });

  it("attributeOf() reads attributes without prefix", () => {
    const root = lenient('<a xmlns:p="urn:p" p:b="1" c=""/>');
    assert.equal(attributeOf(root, "b"), null);
    assert.equal(attributeOf(root, "c"), "");
    assert.equal(attributeOf(root, "d"), null);
  });

  it("children are looked up by namespace, and counted", () => {
    const root = lenient('<a xmlns="urn:a"><b/><c/><c/><d xmlns="urn:d"/></a>');
    assert.equal(childElements(root).length, 4);
    assert.equal(onlyChild(root, "urn:a", "b").localName, "b");
    assert.equal(optionalChild(root, "urn:a", "b")?.localName, "b");
    assert.equal(optionalChild(root, "urn:a", "d"), null);
    assert.equal(
      codeOf(() => onlyChild(root, "urn:a", "d")),
      "saml_structure",
    );
    assert.equal(
      codeOf(() => onlyChild(root, "urn:a", "c")),
      "saml_structure",
    );
    assert.equal(
      codeOf(() => optionalChild(root, "urn:a", "c")),
      "saml_structure",
    );
  });
});

describe("writing elements", () => {
  it("nothing that is written breaks out of its place", () => {
    const hostile = `"'<>&\t\n\r]]>`;
    const { xml } = element("a", { b: hostile, c: null }, hostile, element("d", {}), null);
    const { root } = parseXml(xml);
    assert.equal(attributeOf(root, "b"), hostile);
    assert.equal(attributeOf(root, "c"), null);
    assert.equal(root.textContent, hostile);
    assert.equal(childElements(root).length, 1);
    assert.equal(element("a", {}).xml, "<a/>");
    assert.equal(element("a", {}, null).xml, "<a></a>");
  });
});

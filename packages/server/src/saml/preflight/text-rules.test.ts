import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codeOf } from "../testing/judge.ts";
import { checkComplexity, checkMarkup } from "./text-rules.ts";

describe("checkMarkup()", () => {
  it("says where the elements begin", () => {
    assert.equal(checkMarkup("<a/>"), 0);
    assert.equal(checkMarkup("\n\t <a/>"), 3);
    assert.equal(checkMarkup('<?xml version="1.0"?><a/>'), 21);
    assert.equal(checkMarkup('<?xml version="1.0" encoding="utf-8" standalone="no"?>\n<a/>'), 55);
    assert.equal(checkMarkup("<?xml version='1.0' encoding = 'UTF-8'?><a/>"), 40);
  });

  it("refuses a declaration of another encoding", () => {
    for (const encoding of ["UTF-16", "ISO-8859-1", "UTF-7", ""])
      assert.equal(
        codeOf(() => checkMarkup(`<?xml version="1.0" encoding="${encoding}"?><a/>`)),
        "saml_encoding",
      );
  });

  it("refuses text before the elements", () => {
    for (const text of ["x<a/>", "", "   ", "\u00a0<a/>", '<?xml version="1.0"?>x<a/>'])
      assert.equal(
        codeOf(() => checkMarkup(text)),
        "saml_xml",
        text,
      );
  });

  it("refuses whatever begins with an exclamation or a question mark", () => {
    for (const text of [
      "<!-- c --><a/>",
      "<a><!-- c --></a>",
      "<a/><!-- c -->",
      "<!DOCTYPE a><a/>",
      "<a><![CDATA[x]]></a>",
      "<?pi x?><a/>",
      "<a><?pi x?></a>",
      "<a/><?pi x?>",
      '<?xml version="1.0"?><?xml version="1.0"?><a/>',
      '<a><?xml version="1.0"?></a>',
      "<?xml-stylesheet href='x'?><a/>",
      `<?xml ${"x".repeat(121)}?><a/>`,
      "<?xml a>b?><a/>",
      "<a b='<!'/>",
    ])
      assert.equal(
        codeOf(() => checkMarkup(text)),
        "saml_forbidden_markup",
        text,
      );
  });
});

describe("checkComplexity()", () => {
  const verdict = (text: string) => codeOf(() => checkComplexity(text, 0));
  const nested = (depth: number, innermost = "") =>
    `${"<a>".repeat(depth)}${innermost}${"</a>".repeat(depth)}`;

  it("takes a depth of 40, and no more", () => {
    assert.equal(verdict(nested(40)), null);
    assert.equal(verdict(nested(41)), "saml_too_complex");
    assert.equal(verdict(nested(39, "<b/>")), null);
    assert.equal(verdict(nested(40, "<b/>")), "saml_too_complex");
    assert.equal(verdict(`<r>${nested(39).repeat(5)}</r>`), null);
  });

  it("takes 3 000 elements, and no more", () => {
    assert.equal(verdict(`<r>${"<a/>".repeat(2_999)}</r>`), null);
    assert.equal(verdict(`<r>${"<a/>".repeat(3_000)}</r>`), "saml_too_complex");
    assert.equal(verdict(`<r>${"<a></a>".repeat(2_999)}</r>`), null);
  });

  it("takes 64 attributes of one element, and no more", () => {
    const attributes = (count: number, quote = '"') =>
      Array.from({ length: count }, (_, at) => ` a${at}=${quote}${quote}`).join("");
    assert.equal(verdict(`<r${attributes(64)}/>`), null);
    assert.equal(verdict(`<r${attributes(65)}/>`), "saml_too_complex");
    assert.equal(verdict(`<r${attributes(65, "'")}/>`), "saml_too_complex");
    assert.equal(verdict(`<r>${`<a${attributes(64)}/>`.repeat(3)}</r>`), null);
  });

  it("takes 5 000 attributes in all, and no more", () => {
    const elements = '<a b="1" c="2"/>'.repeat(2_499);
    assert.equal(verdict(`<r a="1" b="2">${elements}</r>`), null);
    assert.equal(verdict(`<r a="1" b="2" c="3">${elements}</r>`), "saml_too_complex");
  });

  it("is not misled by quotes", () => {
    assert.equal(verdict(`<r a=">" b='/>'>${"<a b='>'/>".repeat(2_999)}</r>`), null);
    assert.equal(verdict(`<r a="'>">${nested(40)}</r>`), "saml_too_complex");
    assert.equal(verdict(`<r a='"'>${nested(40)}</r>`), "saml_too_complex");
  });

  it("refuses tags that do not end, or stand in one another, or end what was not begun", () => {
    for (const text of [
      "<a",
      "<a b='",
      "<a b='>",
      "<a <b/>",
      "<a b='<'/>",
      "</a>",
      "<a></a></a>",
      "<a/></a>",
      "<",
    ])
      assert.equal(verdict(text), "saml_xml", text);
  });

  it("begins where it is told to", () => {
    assert.equal(
      codeOf(() => checkComplexity("<?xml?><a/>", 7)),
      null,
    );
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codeOf } from "../testing/judge.ts";
import { checkCharacters, decodeBase64, decodeText, readParameter } from "./message-text.ts";

describe("readParameter()", () => {
  it("takes one string and nothing that form parsers make of several", () => {
    assert.equal(readParameter("abcd"), "abcd");
    for (const value of [["abcd"], ["abcd", "abcd"], { a: "abcd" }, undefined, null, 1, Buffer.from("abcd")])
      assert.equal(
        codeOf(() => readParameter(value)),
        "saml_encoding",
      );
  });

  it("takes 256 KiB and not a character more", () => {
    assert.equal(
      codeOf(() => readParameter("a".repeat(262_144))),
      null,
    );
    assert.equal(
      codeOf(() => readParameter("a".repeat(262_145))),
      "saml_too_large",
    );
  });
});

describe("decodeBase64()", () => {
  it("reads one line or many", () => {
    assert.equal(decodeBase64("aGVs\r\nbG8h\r\n").toString(), "hello!");
    assert.equal(decodeBase64("aGVsbG8=").toString(), "hello");
    assert.equal(decodeBase64("aGVsbA==").toString(), "hell");
  });

  it("refuses what is not exactly base64", () => {
    for (const text of [
      "",
      "aGVsbG8",
      "aGVsbG8==",
      "aGVsbG9=",
      "aGVs bG8h",
      "aGVs\tbG8h",
      "aGVs-bG8",
      "aGVs_bG8",
      "=",
      "aGVsbG8=aGVs",
      "héé!",
    ])
      assert.equal(
        codeOf(() => decodeBase64(text)),
        "saml_encoding",
        JSON.stringify(text),
      );
  });
});

describe("decodeText()", () => {
  it("reads UTF-8, and makes every line end one character", () => {
    assert.equal(
      decodeText(Buffer.from("<a>\u00fc\u{1f511}</a>\r\n<b/>\r\t")),
      "<a>\u00fc\u{1f511}</a>\n<b/>\n\t",
    );
  });

  it("refuses bytes that are no UTF-8", () => {
    for (const bytes of [[0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xff, 0xfe, 0x3c, 0x00]])
      assert.equal(
        codeOf(() => decodeText(Uint8Array.from(bytes))),
        "saml_encoding",
        String(bytes),
      );
  });

  it("refuses a byte order mark, controls, and what is no character", () => {
    for (const code of [
      0x00, 0x01, 0x08, 0x0b, 0x0c, 0x0e, 0x1f, 0x7f, 0x80, 0x85, 0x9f, 0xfeff, 0xfffe, 0xffff,
    ])
      assert.equal(
        codeOf(() => decodeText(Buffer.from(`a${String.fromCodePoint(code)}`))),
        "saml_encoding",
        String(code),
      );
    for (const code of [0x09, 0x0a, 0x0d, 0x20, 0x7e, 0xa0, 0x200d, 0xfffd])
      assert.equal(
        codeOf(() => decodeText(Buffer.from(`a${String.fromCodePoint(code)}`))),
        null,
        String(code),
      );
  });

  it("refuses references to what it would refuse as a character", () => {
    for (const reference of [
      "&#0;",
      "&#x0;",
      "&#00;",
      "&#x1;",
      "&#127;",
      "&#x85;",
      "&#xFEFF;",
      "&#xffff;",
      "&#xD800;",
      "&#xDFFF;",
      "&#55296;",
      "&#x110000;",
      "&#9999999;",
      "&#;",
      "&#x;",
      "&#xg;",
      "&#1",
      "&#",
      "&#0000065;x&#0;",
      "&#00000065;",
      "&#X41;",
    ])
      assert.equal(
        codeOf(() => checkCharacters(`<a>${reference}</a>`)),
        "saml_encoding",
        reference,
      );
    for (const reference of [
      "&#9;",
      "&#10;",
      "&#13;",
      "&#xD;",
      "&#65;",
      "&#x10FFFF;",
      "&#xD7FF;",
      "&#xE000;",
      "&#0000065;",
    ])
      assert.equal(
        codeOf(() => checkCharacters(`<a>${reference}</a>`)),
        null,
        reference,
      );
  });
});

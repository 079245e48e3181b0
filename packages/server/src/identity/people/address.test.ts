import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress } from "./address.ts";

const textOf = (text: string): string | undefined => readAddress(text)?.text;

test("A-014 addresses that look alike are one: case, width, composition, the dot at the end, IDN", () => {
  for (const same of [
    "Ana@Example.com",
    " ana@example.com ",
    "ａｎａ@example.com",
    "ana@example.com.",
    "ana@ＥＸＡＭＰＬＥ.com",
    "ana@exam\u200Bple.com".replace("\u200B", ""),
  ])
    assert.equal(textOf(same), "ana@example.com", JSON.stringify(same));
  assert.equal(textOf("zoe\u0308@example.com"), textOf("zo\u00EB@example.com"));
  assert.equal(textOf("ana@bücher.example"), "ana@xn--bcher-kva.example");
});

test("tags and dots of the local part mean what the mail server makes of them", () => {
  assert.notEqual(textOf("ana+x@example.com"), textOf("ana@example.com"));
  assert.notEqual(textOf("a.na@example.com"), textOf("ana@example.com"));
});

test("what is no address, or may hide another, is none", () => {
  for (const wrong of [
    "",
    "ana",
    "@example.com",
    "ana@",
    "ana@localhost",
    "ana@@example.com@",
    '"ana@example.com"@evil.test',
    "ana@evil.test,bo@example.com",
    "ana <ana@example.com>",
    "a..na@example.com",
    ".ana@example.com",
    "ana@example..com",
    "ana@-example.com",
    "ana@example.com\u0000",
    "ana\n@example.com",
    "ana\u200B@example.com",
    "ana\u202E@example.com",
    `${"a".repeat(65)}@example.com`,
    `ana@${"a".repeat(64)}.com`,
    `ana@${"a.".repeat(130)}com`,
    "ana@127.0.0.1",
    "ana@[127.0.0.1]",
  ])
    assert.equal(readAddress(wrong), null, JSON.stringify(wrong));
});

test("the domain is the one that the DNS is asked for", () => {
  assert.equal(readAddress("ana@Sub.Example.COM")?.domain, "sub.example.com");
});

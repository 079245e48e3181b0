import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readMailServer } from "./mail-server.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-mail-"));
after(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const path = join(folder, "url");
  writeFileSync(path, text);
  return readMailServer(path);
}

test("a mail server is read from its URL, with TLS from the first byte on or by STARTTLS", () => {
  assert.deepEqual(read("smtps://ana%40x:p%3Aw%25@mail.example.org\n"), {
    host: "mail.example.org",
    port: 465,
    isSecure: true,
    needsTls: false,
    auth: { user: "ana@x", pass: "p:w%" },
  });
  assert.deepEqual(read("smtp://mail.example.org"), {
    host: "mail.example.org",
    port: 587,
    isSecure: false,
    needsTls: true,
    auth: null,
  });
  assert.equal(read("smtp://mail.example.org:25").port, 25);
});

test("nothing is said in clear but to a server on this machine", () => {
  const needs = (host: string) => read(`smtp://${host}:25`).needsTls;
  assert.deepEqual(
    ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "127.0.0.1.example.org", "mail"].map(needs),
    [false, false, false, true, true, true],
  );
  assert.equal(read("smtp://[::1]:25").host, "::1");
});

test("what names no mail server is refused, and nothing of it is quoted", () => {
  for (const text of [
    "",
    "mail.example.org",
    "https://user:secret@x",
    "smtps://",
    "smtps://u:secret@mail/path",
    "smtp:secret",
  ])
    assert.throws(
      () => read(text),
      (error: Error & { code?: string }) =>
        error.code === "config_invalid" && !error.message.includes("secret"),
      text,
    );
  assert.throws(() => readMailServer(join(folder, "none")), {
    code: "config_invalid",
    message: /Cannot read/,
  });
});

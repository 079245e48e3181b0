import assert from "node:assert/strict";
import { linkSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { createFileTransport } from "./file-transport.ts";

const { signal } = new AbortController();
const batch = (...texts: readonly string[]) => ({
  id: "1",
  lines: texts.map((text) => ({ text, at: 0, isRefusal: false, about: "x" })),
});

function folders(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-file-sink-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const dataDir = join(folder, "data");
  mkdirSync(dataDir);
  return { folder, dataDir, path: join(folder, "audit.jsonl") };
}

test("a file sink ends a line that broke off, so that what comes next stands alone", async (t) => {
  const { dataDir, path } = folders(t);
  writeFileSync(path, 'first\n{"bro');
  const transport = createFileTransport({ path, dataDir });
  assert.equal(await transport.send(batch("a", "b"), signal), null);
  assert.equal(await transport.send(batch("c"), signal), null);
  assert.equal(readFileSync(path, "utf8"), 'first\n{"bro\na\nb\nc\n');
});

test("a file sink goes on in a new file when the old one was moved away", async (t) => {
  const { dataDir, path } = folders(t);
  const transport = createFileTransport({ path, dataDir });
  await transport.send(batch("a"), signal);
  renameSync(path, `${path}.1`);
  await transport.send(batch("b"), signal);
  assert.deepEqual(
    [`${path}.1`, path].map((each) => readFileSync(each, "utf8")),
    ["a\n", "b\n"],
  );
});

test("A-144 a file sink writes into no folder, no data folder, and no file that has another name too", async (t) => {
  const { dataDir, folder, path } = folders(t);
  const send = (target: string) => createFileTransport({ path: target, dataDir }).send(batch("a"), signal);
  assert.match((await send(join(dataDir, "a.jsonl"))) ?? "", /in the data folder/);
  mkdirSync(join(folder, "folder.jsonl"));
  assert.match((await send(join(folder, "folder.jsonl"))) ?? "", /EISDIR/);
  assert.match((await send(join(folder, "missing", "a.jsonl"))) ?? "", /ENOENT/);
  writeFileSync(join(folder, "other"), "mine");
  linkSync(join(folder, "other"), path);
  assert.match((await send(path)) ?? "", /no file of its own/);
  assert.equal(readFileSync(join(folder, "other"), "utf8"), "mine");
});

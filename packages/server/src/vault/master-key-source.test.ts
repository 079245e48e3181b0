import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { inspect } from "node:util";
import { isHoldfastError } from "@holdfast/protocol";
import { makeMasterKey } from "./local-master-key.ts";
import { openMasterKey } from "./master-key-source.ts";
import { bytes } from "./testing/world.ts";

const invalid = (words: RegExp) => (error: unknown) =>
  isHoldfastError(error, "master_key_invalid") && words.test(error.message);

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "holdfast-master-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("a file is made when it is missing and may be made, for its owner alone, and is the same key the next time", (t) => {
  const path = join(folder(t), "keys", "master-key");
  assert.throws(() => openMasterKey({ kind: "file", path }, bytes), invalid(/Cannot read/));
  const made = openMasterKey({ kind: "file", path, makeWhenMissing: true }, bytes);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(openMasterKey({ kind: "file", path }, bytes).id, made.id);
  assert.match(made.id, /^[0-9a-f]{8}$/);
});

test("A-097 a key file that others may read or write is refused, behind a link too", (t) => {
  const path = join(folder(t), "master-key");
  writeFileSync(path, makeMasterKey(bytes));
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o644]) {
    chmodSync(path, mode);
    assert.throws(() => openMasterKey({ kind: "file", path }, bytes), invalid(/others on this machine/));
  }
  const link = join(folder(t), "link");
  symlinkSync(path, link);
  assert.throws(() => openMasterKey({ kind: "file", path: link }, bytes), invalid(/others on this machine/));
  chmodSync(path, 0o600);
  openMasterKey({ kind: "file", path: link }, bytes);
});

test("A-097 what is no key of 32 random bytes is refused, and never quoted", () => {
  const texts = [
    "",
    "correct horse battery staple correct horse!!",
    "a".repeat(64),
    "0".repeat(64),
    makeMasterKey(bytes).slice(0, 40),
    `${makeMasterKey(bytes)}AA`,
    "ab".repeat(31),
    "zz".repeat(32),
  ];
  for (const text of texts) {
    assert.throws(
      () => openMasterKey({ kind: "text", text, origin: "HOLDFAST_MASTER_KEY" }, bytes),
      (error) =>
        invalid(/HOLDFAST_MASTER_KEY/)(error) &&
        (text === "" || !inspect(error, { depth: 9 }).includes(text)),
      text,
    );
  }
});

test("A-097 bytes that are too few kinds to be random are refused, and nine kinds are enough", () => {
  const of = (kinds: number): string => Array.from({ length: 32 }, (_, at) => `1${at % kinds}`).join("");
  const open = (text: string) => openMasterKey({ kind: "text", text, origin: "test" }, bytes);
  assert.throws(() => open(of(8)), invalid(/passphrase/));
  open(of(9));
});

test("base64 and hex of the same bytes are the same key", () => {
  const raw = bytes(32);
  const ids = [
    Buffer.from(raw).toString("base64"),
    Buffer.from(raw).toString("hex"),
    Buffer.from(raw).toString("base64url"),
  ].map((text) => openMasterKey({ kind: "text", text, origin: "test" }, bytes).id);
  assert.equal(new Set(ids).size, 1);
});

test("a command's output is the key; a command that fails, prints too much or is not there is refused without its words", () => {
  const key = makeMasterKey(bytes);
  const node = (script: string) =>
    ({ kind: "command", program: process.execPath, args: ["-e", script] }) as const;
  assert.equal(
    openMasterKey(node(`console.log(${JSON.stringify(key)})`), bytes).id,
    openMasterKey({ kind: "text", text: key, origin: "test" }, bytes).id,
  );
  for (const [source, how] of [
    [
      node(`console.log(${JSON.stringify(key)}); console.error(${JSON.stringify(key)}); process.exit(3)`),
      /command .* ended with code 3/,
    ],
    [node(`console.log(${JSON.stringify(key)}.repeat(1000))`), /command .* did not run to its end/],
    [
      { kind: "command", program: "/does/not/exist", args: [key] } as const,
      /command .* did not run to its end/,
    ],
  ] as const) {
    assert.throws(
      () => openMasterKey(source, bytes),
      (error) => invalid(how)(error) && !inspect(error, { depth: 9 }).includes(key),
    );
  }
});

test("a command is run without a shell", (t) => {
  const path = join(folder(t), "touched");
  assert.throws(() => openMasterKey({ kind: "command", program: `echo x; touch ${path}`, args: [] }, bytes));
  assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
});

test("a master key shows nothing of itself", () => {
  const text = makeMasterKey(bytes);
  const key = openMasterKey({ kind: "text", text, origin: "test" }, bytes);
  assert.ok(!inspect(key, { depth: 9, showHidden: true }).includes(text));
  assert.ok(!JSON.stringify(key).includes(text));
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { nodeDigest } from "../testing/node-digest.ts";
import { isSignedBy, readCheckpoint, signedCheckpoint } from "./checkpoint.ts";
import { checkSignature, signer } from "./testing/signer.ts";

const CHECKPOINT = { origin: "holdfast/production", size: 42, root: "ab".repeat(32), chain: "cd".repeat(32) };

const [KEY, OTHER] = [signer(), signer()];
const NOTE = signedCheckpoint(CHECKPOINT, KEY, nodeDigest);
const known = ({ publicKey }: typeof KEY) => ({ publicKey: publicKey.toString("base64") });
const isGood = (note: string, keys = [known(KEY)]): boolean => {
  const read = readCheckpoint(note);
  return read !== null && isSignedBy(read, keys, checkSignature, nodeDigest);
};

test("a checkpoint is a signed note that any reader of C2SP's form reads", () => {
  const [body = "", line = ""] = NOTE.split("\n\n");
  assert.deepEqual(body.split("\n"), [
    "holdfast/production",
    "42",
    Buffer.from("ab".repeat(32), "hex").toString("base64"),
    `chain ${"cd".repeat(32)}`,
  ]);
  const [dash, name, content = ""] = line.trimEnd().split(" ");
  assert.deepEqual([dash, name, line.endsWith("\n")], ["—", "holdfast/production", true]);
  // C2SP signed-note: the key's hash is that of its name, a line break, the number of Ed25519, and the key.
  const hash = createHash("sha256")
    .update("holdfast/production\n")
    .update(Uint8Array.of(1))
    .update(KEY.publicKey)
    .digest()
    .subarray(0, 4);
  const bytes = Buffer.from(content, "base64");
  assert.deepEqual([bytes.length, bytes.subarray(0, 4).equals(hash)], [68, true]);
  assert.ok(checkSignature(KEY.publicKey, `${body}\n`, bytes.subarray(4)));
});

test("what is read is what was written, and verifies with its key among others", () => {
  assert.deepEqual(readCheckpoint(NOTE)?.checkpoint, CHECKPOINT);
  assert.equal(isGood(NOTE, [known(OTHER), known(KEY)]), true);
  assert.equal(isGood(NOTE, [known(OTHER)]), false);
  assert.equal(isGood(NOTE, []), false);
  for (const publicKey of [
    "",
    "no base64!",
    Buffer.alloc(31).toString("base64"),
    Buffer.alloc(33).toString("base64"),
  ])
    assert.equal(isGood(NOTE, [{ publicKey }]), false, publicKey);
});

test("A-143 one letter more, less or otherwise, in any line, is no checkpoint or not a signed one", () => {
  for (const [from, to] of [
    ["production\n42", "staging\n42"],
    ["\n42\n", "\n43\n"],
    ["\n42\n", "\n042\n"],
    ["\n42\n", "\n-42\n"],
    ["chain cd", "chain ce"],
    ["chain ", "Chain "],
    ["chain ", "more\nchain "],
    ["\n\n", "\n"],
    ["— holdfast/production", "— holdfast/staging"],
    ["— ", "- "],
    ["— holdfast/production ", "— holdfast/production A"],
  ] as const)
    assert.equal(isGood(NOTE.replace(from, to)), false, `${JSON.stringify(from)} ${JSON.stringify(to)}`);
  assert.equal(readCheckpoint(""), null);
  assert.equal(
    readCheckpoint(`${NOTE.split("\n\n")[0]}\n\n— holdfast/production AAAA\n`),
    null,
    "too short for a signature",
  );
  assert.equal(readCheckpoint(`${NOTE.split("\n\n")[0]}\n\n— holdfast/production %%%%\n`), null);
  assert.deepEqual(readCheckpoint(`${NOTE.split("\n\n")[0]}\n\n— x AAAAAAA=\n`)?.signatures.length, 1);
});

test("a note that several signed is good when one of them is known", () => {
  const [, line = ""] = signedCheckpoint(CHECKPOINT, OTHER, nodeDigest).split("\n\n");
  assert.equal(isGood(NOTE + line), true);
  assert.equal(isGood(NOTE + line, [known(OTHER)]), true);
  assert.equal(readCheckpoint(NOTE + line)?.signatures.length, 2);
});

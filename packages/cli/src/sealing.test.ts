import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  createSealingSender,
  newKeyPair,
  newSealingKey,
  parseKeyPair,
  parseSealingKey,
  sealing,
  staticKeys,
} from "@holdfast/sealing";
import { runHoldfast, temporaryFolder } from "./testing/spawned.ts";

const AT = {
  kind: "step-output",
  environment: "",
  app: "shop",
  functionId: "ship",
  runId: "01RUN",
  stepId: "s1",
} as const;

/** A document with one sealed value, and the key to it. */
async function sealedDocument(): Promise<{
  readonly text: string;
  readonly key: string;
  readonly keyId: string;
}> {
  const key = newSealingKey();
  const stage = sealing({ keys: staticKeys(key.text()) }).payloads?.({ app: "shop", environment: "" });
  const document = { id: "01RUN", output: await stage?.seal({ total: "19.99" }, AT) };
  return { text: JSON.stringify(document), key: key.text(), keyId: key.id };
}

test("keys sealing new prints a new key each time, and nothing else on stdout", async (t) => {
  const cwd = temporaryFolder(t);
  const [first, second] = [
    await runHoldfast(["keys", "sealing", "new"], { cwd }),
    await runHoldfast(["keys", "sealing", "new", "--json"], { cwd }),
  ];
  const { data } = JSON.parse(second.stdout);
  assert.equal(parseSealingKey(data.key).id, data.keyId);
  assert.notEqual(parseSealingKey(first.stdout).id, data.keyId);
});

test("keys sealing new --out writes a file for its owner alone, prints only the id, and replaces nothing", async (t) => {
  const cwd = temporaryFolder(t);
  const made = await runHoldfast(["keys", "sealing", "new", "--out", "a.keys"], { cwd });
  const text = readFileSync(join(cwd, "a.keys"), "utf8");
  assert.equal(made.stdout.trim(), parseSealingKey(text).id);
  assert.ok(!`${made.stdout}${made.stderr}`.includes(text.trim()));
  if (process.platform !== "win32") assert.equal(statSync(join(cwd, "a.keys")).mode & 0o777, 0o600);
  const again = await runHoldfast(["keys", "sealing", "new", "--out", "a.keys"], { cwd });
  assert.equal(again.code, 6, again.stderr);
  assert.equal(readFileSync(join(cwd, "a.keys"), "utf8"), text);
});

test("keys sealing new --pair prints both halves, or with --out the public one", async (t) => {
  const cwd = temporaryFolder(t);
  const made = await runHoldfast(["keys", "sealing", "new", "--pair", "--out", "p.pair"], { cwd });
  const pair = parseKeyPair(readFileSync(join(cwd, "p.pair"), "utf8"));
  assert.equal(made.stdout.trim(), pair.publicText());
  const printed = await runHoldfast(["keys", "sealing", "new", "--pair"], { cwd });
  const [both = "", half = ""] = printed.stdout.split("\n");
  assert.equal(parseKeyPair(both).publicText(), half);
});

test("decrypt opens a document from stdin with keys of the environment", async (t) => {
  const cwd = temporaryFolder(t);
  const { text, key } = await sealedDocument();
  const ended = await runHoldfast(["decrypt"], { cwd, stdin: text, env: { HOLDFAST_SEALING_KEYS: key } });
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(JSON.parse(ended.stdout), { id: "01RUN", output: { total: "19.99" } });
});

test("decrypt opens a file with keys of files, each for its owner alone", async (t) => {
  const cwd = temporaryFolder(t);
  const pair = await newKeyPair();
  const { text, key } = await sealedDocument();
  const sender = createSealingSender({ publicKey: pair.publicText(), environment: "" });
  const document = { ...JSON.parse(text), sent: await sender.seal({ name: "a", id: "1", data: { b: 2 } }) };
  writeFileSync(join(cwd, "run.json"), JSON.stringify(document));
  writeFileSync(join(cwd, "keys"), key, { mode: 0o600 });
  writeFileSync(join(cwd, "pairs"), pair.text(), { mode: 0o600 });
  const words = ["decrypt", "run.json", "--keys-file", "keys", "--key-pairs-file", "pairs", "--json"];
  const ended = await runHoldfast(words, { cwd });
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(JSON.parse(ended.stdout).data, {
    id: "01RUN",
    output: { total: "19.99" },
    sent: { b: 2 },
  });
  if (process.platform === "win32") return;
  for (const name of ["keys", "pairs"]) {
    writeFileSync(join(cwd, `open-${name}`), readFileSync(join(cwd, name)), { mode: 0o644 });
    const exposed = words.map((word) => (word === name ? `open-${name}` : word));
    assert.equal((await runHoldfast(exposed, { cwd })).code, 3);
  }
});

test("decrypt names place and key of what does not open, and shows nothing", async (t) => {
  const cwd = temporaryFolder(t);
  const { text, keyId } = await sealedDocument();
  const ended = await runHoldfast(["decrypt"], {
    cwd,
    stdin: text,
    env: { HOLDFAST_SEALING_KEYS: newSealingKey().text() },
  });
  assert.equal(ended.code, 1);
  assert.equal(ended.stdout, "");
  assert.match(ended.stderr, /seal_key_unknown +At \$\.output: .*step-output of step s1/);
  assert.ok(ended.stderr.includes(keyId));
});

test("decrypt without keys, or with text that is no key, says so without showing it", async (t) => {
  const cwd = temporaryFolder(t);
  const none = await runHoldfast(["decrypt"], { cwd, stdin: "{}" });
  assert.equal(none.code, 2);
  const odd = await runHoldfast(["decrypt"], { cwd, stdin: "{}", env: { HOLDFAST_SEALING_KEYS: "hunter2" } });
  assert.equal(odd.code, 3);
  assert.doesNotMatch(odd.stderr, /hunter2/);
  assert.equal(existsSync(join(cwd, "holdfast-data")), false);
});

test("decrypt says when nothing is sealed", async (t) => {
  const cwd = temporaryFolder(t);
  const env = { HOLDFAST_SEALING_KEYS: newSealingKey().text() };
  const ended = await runHoldfast(["decrypt"], { cwd, stdin: '{"a":1}', env });
  assert.deepEqual(JSON.parse(ended.stdout), { a: 1 });
  assert.match(ended.stderr, /Nothing in the document is sealed/);
});

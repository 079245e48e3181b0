import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { parseProjectFile, readProjectFile } from "./project-file.ts";

const KNOWN = ["port", "sdk-url", "host"];

test("parseProjectFile() names file, line and nearest key of an unknown one", () => {
  assert.throws(
    () => parseProjectFile('{\n  "host": "a",\n  "prot": 1\n}', "x.json", KNOWN),
    (error) =>
      isHoldfastError(error, "config_invalid") &&
      /"prot" in x\.json \(line 3\)/.test(error.message) &&
      error.next === 'Did you mean "port"?',
  );
});

test("parseProjectFile() names the line of broken JSON, and quotes nothing of it", () => {
  assert.throws(
    () => parseProjectFile('{\n  "host": "a"\n  "signing-key": "hunter2"\n}', "x.json", KNOWN),
    (error) =>
      isHoldfastError(error, "config_invalid") &&
      /line 3 is not valid JSON/.test(error.message) &&
      !JSON.stringify([error.message, error.stack]).includes("hunter2"),
  );
  assert.throws(() => parseProjectFile("[]", "x.json", KNOWN), /one JSON object/);
  assert.throws(() => parseProjectFile("{", "x.json", KNOWN), /line 1/);
});

test("readProjectFile() finds the nearest file upwards, ours before the other, and says which YAML it leaves", () => {
  const root = mkdtempSync(join(tmpdir(), "holdfast-config-"));
  const deep = join(root, "a/b");
  mkdirSync(deep, { recursive: true });
  const notices: string[] = [];
  const read = (path: string | null = null) =>
    readProjectFile({ cwd: deep, path, known: KNOWN, notice: (text) => notices.push(text) });
  writeFileSync(join(root, "inngest.json"), '{"port": 1}');
  assert.equal(read()?.values.get("port"), 1);
  writeFileSync(join(root, "holdfast.config.json"), '{"port": 2}');
  assert.equal(read()?.values.get("port"), 2);
  writeFileSync(join(root, "a/inngest.json"), '{"port": 3}');
  assert.equal(read()?.values.get("port"), 3);
  assert.deepEqual(notices, []);
  writeFileSync(join(deep, "inngest.yaml"), "port: 4");
  assert.equal(read()?.values.get("port"), 3);
  assert.match(notices[0] ?? "", /inngest\.yaml: not read/);
  assert.equal(read("../../inngest.json")?.values.get("port"), 1);
  assert.throws(
    () => read("none.json"),
    (error) => isHoldfastError(error, "config_invalid") && /none\.json/.test(error.message),
  );
  rmSync(root, { recursive: true });
});

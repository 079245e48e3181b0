import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "holdfast-reporter-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs these files with the reporter, as `npm test` does, and answers what it prints. */
function report(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const reporter = join(import.meta.dirname, "compact-reporter.ts");
  const words = [
    "--test",
    `--test-reporter=${reporter}`,
    "--test-reporter-destination=stdout",
    ...Object.keys(files),
  ];
  return spawnSync(process.execPath, words, { cwd: folder, env, encoding: "utf8" }).stdout;
}

test("compactReporter() gives a file that passes one line and ends with the runner's figures", () => {
  const output = report({
    "good.test.mjs": `import { test } from "node:test"; console.log("chatter"); test("a", () => {}); test("b", () => {});`,
  });
  assert.match(
    output,
    /^✔ good\.test\.mjs {2}2 tests {2}\d+ ms\n\nℹ tests 2\nℹ suites 0\nℹ pass 2\nℹ fail 0\n/,
  );
  assert.match(output, /ℹ duration_ms [\d.]+\n$/);
});

test("compactReporter() shows a failure with its path and reason, and what its file printed", () => {
  const output = report({
    "bad.test.mjs": `import { describe, test } from "node:test";
describe("outer", () => {
  test("inner", () => { console.log("a clue"); throw new Error("the reason"); });
});`,
  });
  assert.match(output, /✖ bad\.test\.mjs:3 › outer › inner\n {4}Error: the reason/);
  assert.match(output, /printed by bad\.test\.mjs:\n {4}a clue/);
  assert.match(output, /failing tests:\n {2}bad\.test\.mjs:3 › outer › inner\n\nℹ tests 1\n/);
});

test("compactReporter() says why a file could not be loaded", () => {
  const output = report({ "unloadable.test.mjs": `import "./nowhere.mjs";` });
  assert.match(
    output,
    /✖ unloadable\.test\.mjs\n {2}printed by unloadable\.test\.mjs:\n[^]*ERR_MODULE_NOT_FOUND/,
  );
  assert.match(output, /failing tests:\n {2}unloadable\.test\.mjs\n\nℹ tests 1\n/);
});

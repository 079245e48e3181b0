import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "holdfast-end-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs one file of tests as `npm test` does, with little patience. */
function run(text: string) {
  writeFileSync(join(folder, "some.test.mjs"), text);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const preload = join(import.meta.dirname, "end-of-file.ts");
  return spawnSync(process.execPath, ["--import", preload, "--test", "some.test.mjs"], {
    cwd: folder,
    env: { ...env, HOLDFAST_TEST_END_MS: "50" },
    encoding: "utf8",
    timeout: 60_000,
  });
}

test("a file that leaves a server open fails, and says what keeps it", () => {
  const { status, stdout } = run(`
    import { createServer } from "node:net";
    import { test } from "node:test";
    test("a", () => void createServer().listen(0));`);
  assert.equal(status, 1);
  assert.match(stdout, /kept alive by: .*TCPServerWrap/);
});

test("a file that leaves nothing open is not waited for, also when a test takes its time", () => {
  const { status, stdout } = run(`
    import { test } from "node:test";
    test("a", () => {});
    test("b", (_, done) => void setTimeout(done, 200));`);
  assert.equal(status, 0, stdout);
});

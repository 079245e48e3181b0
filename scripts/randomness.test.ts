import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..");
const SOURCES = globSync("packages/{server,sdk,sealing,protocol,client,cli,dashboard}/src/**/*.{ts,tsx}", {
  cwd: ROOT,
}).filter((path) => !/\.(?:test|suite)\.tsx?$|\/testing\//.test(path));

const naming = (pattern: RegExp): readonly string[] =>
  SOURCES.filter((path) => pattern.test(readFileSync(join(ROOT, path), "utf8"))).toSorted();

test("a weak generator decides nothing but delays, and has one place", () => {
  assert.deepEqual(naming(/Math\.random\(/), ["packages/server/src/kernel/random.ts"]);
  // `fraction` is what it is called there.
  assert.deepEqual(
    naming(/random\.fraction\(/).filter((path) => /\/(?:identity|keys|vault|saml|oidc)\//.test(path)),
    [],
  );
});

test("what a seed decides is in the server inside a test alone: a server that listens draws from the machine", () => {
  assert.deepEqual(naming(/seededRandom\(|risingRandom\(/), [
    "packages/server/src/in-process.ts",
    "packages/server/src/seeded-random.ts",
  ]);
  const composed = readFileSync(join(ROOT, "packages/server/src/compose.ts"), "utf8");
  assert.match(composed, /const random = systemRandom;/);
  assert.doesNotMatch(composed, /in-process|seeded/);
});

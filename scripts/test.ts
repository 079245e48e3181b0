/**
 * `npm test`: the checks, then every test. Further words:
 *
 *     npm test -- queue store/sqlite     only files whose path contains one of these
 *     npm test -- --seed 42              property tests draw the examples of this seed
 *     npm test -- --no-check             without the checks
 *     npm test -- --test-only …          anything else that begins with `-` goes to Node's test runner
 */
import "./require-node.js";
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** A test that takes longer hangs; the slowest ones start processes and stay well below a minute. */
const TEST_MS_MAX = 300_000;

/** Test processes at once: few cores are shared with the servers and threads the tests start. */
const PROCESS_COUNT_MAX = 8;

interface Request {
  readonly withChecks: boolean;
  readonly seed: string | null;
  readonly filters: readonly string[];
  readonly runnerOptions: readonly string[];
}

function parseRequest(words: readonly string[]): Request {
  const filters: string[] = [];
  const runnerOptions: string[] = [];
  let withChecks = true;
  let seed: string | null = null;
  const rest = words.values();
  for (const word of rest) {
    if (word === "--no-check") withChecks = false;
    else if (word === "--seed") seed = rest.next().value ?? "";
    else if (word.startsWith("--seed=")) seed = word.slice("--seed=".length);
    else if (word.startsWith("-")) runnerOptions.push(word);
    else filters.push(word);
  }
  if (seed !== null && !/^-?\d+$/.test(seed)) {
    fail(
      `Cannot use the seed "${seed}": it is not an integer. A failing property prints the seed to give here.`,
    );
  }
  return { withChecks, seed, filters, runnerOptions };
}

function findTests(filters: readonly string[]): readonly string[] {
  const found = globSync("{packages,scripts,examples,bench,test}/**/*.test.ts", {
    cwd: ROOT,
    exclude: ["**/node_modules/**", "**/dist/**", "bench/peers/**"],
  }).toSorted();
  const chosen = found.filter(
    (path) => filters.length === 0 || filters.some((filter) => path.includes(filter.replace(/^\.\//, ""))),
  );
  if (chosen.length === 0)
    fail(`Cannot find a test file for ${filters.join(", ")}: none of ${found.length} paths contains it.`);
  return chosen;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function run(nodeArguments: readonly string[], seed: string | null): boolean {
  const { status } = spawnSync(process.execPath, nodeArguments, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: seed === null ? process.env : { ...process.env, HOLDFAST_TEST_SEED: seed },
  });
  return status === 0;
}

const request = parseRequest(process.argv.slice(2));
const files = findTests(request.filters);

const checksPassed = !request.withChecks || run([join("scripts", "check.ts"), "--before-tests"], null);

const reporter = process.stdout.isTTY ? "spec" : join(ROOT, "scripts/test/compact-reporter.ts");
const preloads = ["end-of-file.ts", ...(request.seed === null ? [] : ["seed-properties.ts"])].flatMap(
  (name) => ["--import", join(ROOT, "scripts/test", name)],
);
const testsPassed = run(
  [
    "-C",
    "@holdfast/source",
    ...preloads,
    "--test",
    `--test-concurrency=${Math.min(PROCESS_COUNT_MAX, Math.max(2, availableParallelism()))}`,
    `--test-timeout=${TEST_MS_MAX}`,
    `--test-reporter=${reporter}`,
    "--test-reporter-destination=stdout",
    ...request.runnerOptions,
    ...files,
  ],
  request.seed,
);

// The runner's figures stay last, unless they would hide what failed before them.
if (!checksPassed) console.error("The checks failed before the tests ran; see the top, or `npm run check`.");
process.exitCode = checksPassed && testsPassed ? 0 : 1;

/**
 * `npm run check`: types, lint, format, boundaries and unused code, each the npm script of that name, two at a time.
 * With `--with-tests` the tests run afterwards.
 */
import "./require-node.js";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { performance } from "node:perf_hooks";

const ROOT = join(import.meta.dirname, "..");

/** The slowest first, so that two at a time end together. */
const CHECKS = ["unused", "types", "lint", "format:check", "boundaries"] as const;

const AT_ONCE = 2;

interface Outcome {
  readonly passed: boolean;
  readonly output: string;
  readonly ms: number;
}

/** Runs one npm script without npm, which would take longer than most of them. */
function runScript(command: string): Promise<Outcome> {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, {
      cwd: ROOT,
      shell: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        PATH: join(ROOT, "node_modules/.bin") + delimiter + (process.env["PATH"] ?? ""),
      },
    });
    let output = "";
    const keep = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (cause) => keep(`Cannot start "${command}": ${cause.message}\n`));
    child.on("close", (code) => resolve({ passed: code === 0, output, ms: performance.now() - began }));
  });
}

function readScripts(): Readonly<Record<string, string>> {
  // npm refuses a manifest whose scripts are not text.
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return manifest.scripts;
}

/** Runs every check, showing each as it ends, and answers the names of those that failed. */
async function runChecks(): Promise<readonly string[]> {
  const scripts = readScripts();
  const waiting: string[] = [...CHECKS];
  const failed: string[] = [];
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const { passed, output, ms } = await runScript(
        scripts[name] ?? `echo no script "${name}" in package.json; exit 1`,
      );
      console.log(`${passed ? "✔" : "✖"} ${name.padEnd(12)} ${(ms / 1000).toFixed(1)} s`);
      if (passed) continue;
      failed.push(name);
      console.log(output.trimEnd().replace(/^/gm, "    "));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
}

const began = performance.now();
const failed = await runChecks();
const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
const words = process.argv.slice(2);

if (failed.length > 0) {
  console.log(`\nchecks: ${failed.join(", ")} failed, ${CHECKS.length - failed.length} passed, in ${took}`);
  process.exitCode = 1;
} else {
  const hint = words.length === 0 ? "; the tests are `npm test`" : "";
  console.log(`checks: all ${CHECKS.length} passed in ${took}${hint}`);
}

if (words.includes("--with-tests")) {
  const tests = spawnSync(process.execPath, [join(ROOT, "scripts/test.ts"), "--no-check"], {
    stdio: "inherit",
  });
  if (tests.status !== 0) process.exitCode = 1;
}

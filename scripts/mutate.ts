/**
 * Changes the security rooms in small ways, and sees whether a test notices each.
 *
 * npm run mutate -- [ROOM…] [--sample N] [--seed S] [--json FILE]
 */
import { spawn } from "node:child_process";
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { copyTree } from "./mutation/copied-tree.ts";
import { EQUIVALENT } from "./mutation/equivalent.ts";
import type { Mutant } from "./mutation/mutants.ts";
import { mutantsOf, mutated } from "./mutation/mutants.ts";
import type { MutatedRoom } from "./mutation/rooms.ts";
import { MUTATED_ROOMS } from "./mutation/rooms.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});

const ROOT = join(import.meta.dirname, "..");
/** A mutant may go round in circles: that is noticed, too. Of what the tests take without one. */
const PATIENCE = { factor: 4, floorMs: 15_000 } as const;

type Verdict = "killed" | "timed out" | "survived" | "equivalent";

interface Outcome {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

const rooms = MUTATED_ROOMS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const results: { readonly room: string; readonly outcomes: readonly Outcome[] }[] = [];
for (const room of rooms) results.push({ room: room.name, outcomes: await mutateRoom(room) });
say("");
say("room          mutants  killed  survived  equivalent  score");
for (const { outcomes, room } of [
  ...results,
  { room: "all", outcomes: results.flatMap((each) => each.outcomes) },
]) {
  const of = (...verdicts: readonly Verdict[]): number =>
    outcomes.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const killed = of("killed", "timed out");
  const counted = outcomes.length - of("equivalent");
  const score = counted === 0 ? "-" : `${((100 * killed) / counted).toFixed(1)} %`;
  say(
    `${room.padEnd(14)}${String(outcomes.length).padStart(7)}${String(killed).padStart(8)}${String(of("survived")).padStart(10)}${String(of("equivalent")).padStart(12)}  ${score}`,
  );
}
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 1));

async function mutateRoom(room: MutatedRoom): Promise<readonly Outcome[]> {
  const tree = copyTree(ROOT);
  try {
    const mutants = sampled(room.sources.flatMap(filesOf).flatMap((file) => mutantsOf(file, read(file))));
    const lists = room.tests.map((list) => list.flatMap(testsOf)).filter((list) => list.length > 0);
    const limits: number[] = [];
    for (const list of lists) {
      const startedAt = performance.now();
      if ((await run(tree.folder, list, 600_000)) !== "passed")
        throw new Error(`The tests of ${room.name} fail without any mutant: ${list.join(" ")}`);
      limits.push(Math.max(PATIENCE.floorMs, PATIENCE.factor * (performance.now() - startedAt)));
    }
    say(
      `${room.name}: ${mutants.length} mutants, test lists of ${limits.map((ms) => `${(ms / PATIENCE.factor / 1000).toFixed(1)} s`).join(", ")}`,
    );
    const outcomes: Outcome[] = [];
    for (const mutant of mutants) {
      const verdict = isEquivalent(mutant) ? "equivalent" : await judge(tree.folder, mutant, lists, limits);
      outcomes.push({ mutant, verdict });
      if (verdict === "survived")
        say(
          `  survived  ${mutant.file}:${mutant.line}  ${oneLine(mutant.before)}  →  ${oneLine(mutant.after)}`,
        );
    }
    return outcomes;
  } finally {
    tree.remove();
  }
}

async function judge(
  folder: string,
  mutant: Mutant,
  lists: readonly (readonly string[])[],
  limits: readonly number[],
): Promise<Verdict> {
  const path = join(folder, mutant.file);
  const source = read(mutant.file);
  writeFileSync(path, mutated(source, mutant));
  try {
    for (const [index, list] of lists.entries()) {
      const outcome = await run(folder, list, limits[index] ?? PATIENCE.floorMs);
      if (outcome !== "passed") return outcome === "failed" ? "killed" : "timed out";
    }
    return "survived";
  } finally {
    writeFileSync(path, source);
  }
}

/** Runs test files until the first fails. */
function run(
  folder: string,
  files: readonly string[],
  limitMs: number,
): Promise<"passed" | "failed" | "timed out"> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ["-C", "@holdfast/source", "--test", "--test-reporter=tap", ...files],
      {
        cwd: folder,
        detached: true,
        env: { ...process.env, HOLDFAST_MUTANT: "1" },
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    let verdict: "passed" | "failed" | "timed out" | null = null;
    const end = (word: "failed" | "timed out"): void => {
      verdict ??= word;
      // The whole group: tests have processes of their own.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    const timer = setTimeout(() => end("timed out"), limitMs);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (verdict === null && /^\s*not ok /m.test(text)) end("failed");
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve(verdict ?? (code === 0 ? "passed" : "failed"));
    });
  });
}

function filesOf(source: string): readonly string[] {
  if (source.endsWith(".ts")) return existsSync(join(ROOT, source)) ? [source] : [];
  return globSync(`${source}/**/*.ts`, { cwd: ROOT })
    .filter((file) => !/\.test\.ts$|\.suite\.ts$|\/testing\/|contract\.ts$/.test(file))
    .toSorted();
}

function testsOf(source: string): readonly string[] {
  if (!existsSync(join(ROOT, source))) return [];
  return statSync(join(ROOT, source)).isFile()
    ? [source]
    : globSync(`${source}/**/*.test.ts`, { cwd: ROOT }).toSorted();
}

/** So many of them, by the seed; all without a number. */
function sampled(mutants: readonly Mutant[]): readonly Mutant[] {
  if (values.sample === undefined || mutants.length <= Number(values.sample)) return mutants;
  const random = mulberry(Number(values.seed));
  const places = mutants.map((mutant) => ({ mutant, place: random() }));
  const chosen = new Set(
    places
      .toSorted((one, two) => one.place - two.place)
      .slice(0, Number(values.sample))
      .map(({ mutant }) => mutant),
  );
  return mutants.filter((mutant) => chosen.has(mutant));
}

/** A small generator, the same for the same seed on every machine. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function isEquivalent(mutant: Mutant): boolean {
  return EQUIVALENT.some(
    ({ after, before, file }) => file === mutant.file && before === mutant.before && after === mutant.after,
  );
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 90 ? `${line.slice(0, 90)}…` : line;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/**
 * Changes the security rooms in small ways, and sees whether a test notices each.
 *
 * npm run mutate -- [ROOM…] [--only TEXT] [--lists N] [--sample N] [--seed S] [--workers N] [--json FILE] [--again FILE]
 *
 * With `--again`, what was judged before stands, but for what survived: it meets all lists of tests now.
 */
import { globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EQUIVALENT } from "./mutation/equivalent.ts";
import type { Mutant } from "./mutation/mutants.ts";
import { mutantsOf } from "./mutation/mutants.ts";
import type { MutatedRoom } from "./mutation/rooms.ts";
import { MUTATED_ROOMS } from "./mutation/rooms.ts";
import { sample } from "./mutation/sample.ts";
import type { Limits, Verdict } from "./mutation/trial.ts";
import { Trial } from "./mutation/trial.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    lists: { type: "string", default: "Infinity" },
    sample: { type: "string", default: "Infinity" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: String(availableParallelism()) },
    json: { type: "string" },
    again: { type: "string" },
  },
});

const ROOT = join(import.meta.dirname, "..");

interface Outcome {
  readonly mutant: Mutant;
  readonly verdict: Verdict | "equivalent";
}

interface RoomResult {
  readonly room: string;
  readonly outcomes: readonly Outcome[];
}

const earlier: readonly RoomResult[] =
  values.again === undefined ? [] : (JSON.parse(readFileSync(values.again, "utf8")) as readonly RoomResult[]);
const rooms = MUTATED_ROOMS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const results: RoomResult[] = [];
for (const room of rooms) {
  const outcomes = await mutateRoom(room);
  results.push({ room: room.name, outcomes });
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 1));
}
say("");
say("room          mutants  killed  of them timed out  survived  equivalent  score");
for (const { outcomes, room } of results) sayScore(room, outcomes);
sayScore(
  "all",
  results.flatMap(({ outcomes }) => outcomes),
);

async function mutateRoom(room: MutatedRoom): Promise<readonly Outcome[]> {
  const all = room.sources.flatMap(filesOf).flatMap((file) => mutantsOf(file, read(file)));
  const mutants = sample(
    all.filter(({ file }) => file.includes(values.only)),
    Number(values.sample),
    Number(values.seed),
  );
  say(`${room.name}: ${mutants.length} of ${all.length} mutants`);
  // A quick look takes the first lists alone: what they miss, others may find.
  const lists = room.tests.slice(0, Number(values.lists)).map((list) => list.flatMap(testsOf));
  const limits: Limits = new Map();
  const outcomes: Outcome[] = [];
  const waiting = [...mutants];
  await Promise.all(
    Array.from({ length: Number(values.workers) }, async () => {
      const trial = new Trial(ROOT, lists, limits);
      try {
        for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
          const verdict = isEquivalent(mutant)
            ? "equivalent"
            : (verdictBefore(mutant) ?? (await trial.judge(mutant)));
          outcomes.push({ mutant, verdict });
          if (verdict === "survived" || verdict === "timed out") sayMutant(verdict, mutant);
        }
      } finally {
        trial.remove();
      }
    }),
  );
  return outcomes;
}

function filesOf(source: string): readonly string[] {
  if (source.endsWith(".ts")) return [source];
  return globSync(`${source}/**/*.ts`, { cwd: ROOT })
    .filter((file) => !/\.test\.ts$|\.suite\.ts$|\/testing\/|contract\.ts$/.test(file))
    .toSorted();
}

function testsOf(source: string): readonly string[] {
  return statSync(join(ROOT, source)).isFile()
    ? [source]
    : globSync(`${source}/**/*.test.ts`, { cwd: ROOT }).toSorted();
}

function isEquivalent(mutant: Mutant): boolean {
  return EQUIVALENT.some(
    ({ after, before, file }) => file === mutant.file && before === mutant.before && after === mutant.after,
  );
}

/** What was found before of the same change at the same place, if it was noticed. */
function verdictBefore({ after, file, start }: Mutant): Outcome["verdict"] | null {
  const same = earlier
    .flatMap(({ outcomes }) => outcomes)
    .find(({ mutant }) => mutant.file === file && mutant.start === start && mutant.after === after);
  return same === undefined || same.verdict === "survived" ? null : same.verdict;
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function sayMutant(verdict: Verdict, { after, before, file, line }: Mutant): void {
  say(`  ${verdict}  ${file}:${line}  ${oneLine(before)}  →  ${oneLine(after)}`);
}

function sayScore(room: string, outcomes: readonly Outcome[]): void {
  const count = (...verdicts: readonly Outcome["verdict"][]): number =>
    outcomes.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const killed = count("killed", "timed out");
  const counted = outcomes.length - count("equivalent");
  const columns: readonly (readonly [number, number])[] = [
    [outcomes.length, 7],
    [killed, 8],
    [count("timed out"), 19],
    [count("survived"), 10],
    [count("equivalent"), 12],
  ];
  const score = counted === 0 ? "-" : `${((100 * killed) / counted).toFixed(1)} %`;
  say(
    `${room.padEnd(14)}${columns.map(([number, width]) => String(number).padStart(width)).join("")}  ${score}`,
  );
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 90 ? `${line.slice(0, 90)}…` : line;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

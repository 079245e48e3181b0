import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { findCycles } from "./boundaries/cycles.ts";
import { readImports } from "./boundaries/imports.ts";
import { readPackages } from "./boundaries/read-packages.ts";
import { findProblems } from "./boundaries/rules.ts";
import { readTables } from "./boundaries/tables.ts";

type Tree = Readonly<Record<string, string>>;

const TABLES = `
| package | owns | may import | external packages | \`node:\` modules |
| --- | --- | --- | --- | --- |
| protocol | words | — | — | no |
| client | calls | protocol | — | no |
| server | rooms | protocol | by room | yes |

| room | owns | may import | external packages |
| --- | --- | --- | --- |
| kernel | clock | — | pino |
| store | rows | kernel | — |
| queue | work | kernel, store (types) | — |
| composition | server.ts | every room | — |
`;

const manifest = (dependencies: readonly string[], doors: readonly string[] = ["."]): string =>
  JSON.stringify({
    dependencies: Object.fromEntries(dependencies.map((name) => [name, "1.0.0"])),
    exports: Object.fromEntries(doors.map((door) => [door, "./src/index.ts"])),
  });

/** A small repository that keeps every rule, using each permission that the cases below take away. */
const GOOD: Tree = {
  "docs/ARCHITECTURE.md": TABLES,
  "package.json": JSON.stringify({ devDependencies: { "fast-check": "1.0.0" } }),
  "packages/protocol/package.json": manifest([], [".", "./side"]),
  "packages/protocol/src/index.ts": `export { word } from "./word.ts";`,
  "packages/protocol/src/word.ts": `export const word = "word";`,
  "packages/client/package.json": manifest(["@holdfast/protocol"]),
  "packages/client/src/index.ts": `import { word } from "@holdfast/protocol"; export const call = word;`,
  "packages/client/src/side.test.ts": `import { word } from "@holdfast/protocol/side"; export const side = word;`,
  "packages/server/package.json": manifest(["@holdfast/protocol", "pino"]),
  "packages/server/src/server.ts": `import { lease } from "#queue"; import type { Options } from "./options.ts"; export const start = (_: Options) => lease;`,
  "packages/server/src/options.ts": `export interface Options { readonly port: number }`,
  "packages/server/src/kernel/kernel.ts": `export { clock } from "./clock.ts";`,
  "packages/server/src/kernel/clock.ts": `import { pino } from "pino"; export const clock = pino;`,
  "packages/server/src/store/store.ts": `import { clock } from "#kernel"; export type Row = string; export const open = clock;`,
  "packages/server/src/store/writer.ts": `import type { Row } from "./store.ts"; new Worker(new URL("./thread.ts", import.meta.url)); export type R = Row;`,
  "packages/server/src/store/thread.ts": `import { parentPort } from "node:worker_threads"; parentPort?.close();`,
  "packages/server/src/store/contract/rows.suite.ts": `import { lease } from "#queue"; export const suite = lease;`,
  "packages/server/src/queue/queue.ts": `export { lease } from "./lease.ts";`,
  "packages/server/src/queue/lease.ts": `import { clock } from "#kernel"; import type { Row } from "#store"; export const lease = (_: Row) => clock;`,
  "packages/server/src/queue/lease.test.ts": `import fc from "fast-check"; import { open } from "#store"; import { item } from "./testing/item.ts"; import { stopped } from "../kernel/testing/stopped.ts"; fc.assert(open, item, stopped);`,
  "packages/server/src/kernel/testing/stopped.ts": `import { clock } from "../clock.ts"; export const stopped = clock;`,
  "packages/server/src/queue/testing/item.ts": `import fc from "fast-check"; import { lease } from "../lease.ts"; export const item = fc(lease);`,
};

const folder = mkdtempSync(join(tmpdir(), "holdfast-boundaries-"));
after(() => rmSync(folder, { recursive: true }));

let treeCount = 0;

/** Writes the good repository with these files in place of its own, and answers where it is. */
function writeTree(changes: Tree): string {
  treeCount += 1;
  const root = join(folder, String(treeCount));
  for (const [path, text] of Object.entries({ ...GOOD, ...changes })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function check(changes: Tree): readonly string[] {
  const root = writeTree(changes);
  const tables = readTables(changes["docs/ARCHITECTURE.md"] ?? TABLES);
  return findProblems(readPackages(root), tables, "docs/ARCHITECTURE.md").map(
    ({ path, line, message, remedy }) => `${path}:${line} ${message}. ${remedy}`,
  );
}

test("findProblems() finds nothing in a repository that keeps every rule", () => {
  assert.deepEqual(check({}), []);
});

/** A broken rule: what is written where, and what must be said about it. */
const CASES: readonly { readonly rule: string; readonly changes: Tree; readonly says: readonly string[] }[] =
  [
    {
      rule: "an import of a room beside or above",
      changes: {
        "packages/server/src/store/store.ts": `import { lease } from "#queue"; export const open = lease;`,
      },
      says: [
        'packages/server/src/store/store.ts:1 store may not import "#queue"',
        'add queue to the "may import" cell of row "store" (line 11) of the table of rooms in docs/ARCHITECTURE.md',
      ],
    },
    {
      rule: "a type from a room beside or above",
      changes: {
        "packages/server/src/store/store.ts": `import type { lease } from "#queue"; export type Open = typeof lease;`,
      },
      says: ['store may not import "#queue"'],
    },
    {
      rule: "a value from a room whose types alone are allowed",
      changes: {
        "packages/server/src/queue/lease.ts": `import { open } from "#store"; export const lease = open;`,
      },
      says: ['queue may import "#store" as types only', 'row "queue" (line 12)'],
    },
    {
      rule: "a value import that names only types",
      changes: {
        "packages/server/src/queue/lease.ts": `import { type Row } from "#store"; export const lease = (_: Row) => 1;`,
      },
      says: ['queue may import "#store" as types only'],
    },
    {
      rule: "a dynamic import of a room above",
      changes: { "packages/server/src/store/store.ts": `\nexport const open = await import("#queue");` },
      says: ['packages/server/src/store/store.ts:2 store may not import "#queue"'],
    },
    {
      rule: "an import type expression of a room above",
      changes: {
        "packages/server/src/kernel/clock.ts": `export type Clock = import("#queue").lease; export const clock = 1;`,
      },
      says: ['kernel may not import "#queue"'],
    },
    {
      rule: "a re-export from a room above",
      changes: { "packages/server/src/store/store.ts": `export { lease as open } from "#queue";` },
      says: ['store may not import "#queue"'],
    },
    {
      rule: "an import past a door",
      changes: {
        "packages/server/src/queue/lease.ts": `import { clock } from "#kernel/clock"; export const lease = clock;`,
      },
      says: ['"#kernel/clock" goes past the door of kernel'],
    },
    {
      rule: "a room that does not exist",
      changes: {
        "packages/server/src/queue/lease.ts": `import { x } from "#nowhere"; export const lease = x;`,
      },
      says: ['there is no room "nowhere"'],
    },
    {
      rule: "a relative import out of a room",
      changes: {
        "packages/server/src/queue/lease.ts": `import { clock } from "../kernel/clock.ts"; export const lease = clock;`,
      },
      says: ['"../kernel/clock.ts" leaves the room "queue"', 'Import from "#kernel"'],
    },
    {
      rule: "a relative import out of a room in a test",
      changes: {
        "packages/server/src/queue/lease.test.ts": `import { clock } from "../kernel/clock.ts"; clock();`,
      },
      says: ['"../kernel/clock.ts" leaves the room "queue"'],
    },
    {
      rule: "a room that reads the composition",
      changes: {
        "packages/server/src/queue/lease.ts": `import type { Options } from "../options.ts"; export const lease = (_: Options) => 1;`,
      },
      says: ['"../options.ts" leaves the room "queue"', "Hand in what the room needs"],
    },
    {
      rule: "the composition that reaches into a room",
      changes: {
        "packages/server/src/server.ts": `import { lease } from "./queue/lease.ts"; export const start = lease;`,
      },
      says: ['"./queue/lease.ts" leaves the room "composition"', 'Import from "#queue"'],
    },
    {
      rule: "a thread whose code lies in another room",
      changes: {
        "packages/server/src/store/writer.ts": `new Worker(new URL("../queue/lease.ts", import.meta.url));`,
      },
      says: ['"../queue/lease.ts" leaves the room "store"'],
    },
    {
      rule: "a thread whose code lies in another room, named by a template",
      changes: {
        "packages/server/src/store/writer.ts":
          "new Worker(new URL(`../queue/lease${ending}`, import.meta.url));",
      },
      says: ['"../queue/lease" leaves the room "store"'],
    },
    {
      rule: "a room that enters by its own door, by name",
      changes: {
        "packages/server/src/store/writer.ts": `import type { Row } from "#store"; export type R = Row;`,
      },
      says: ['"#store" is the door of its own room'],
    },
    {
      rule: "a room that enters by its own door, by path",
      changes: {
        "packages/server/src/store/writer.ts": `import { open } from "./store.ts"; export const writer = open;`,
      },
      says: ['"./store.ts" is the door of its own room'],
    },
    {
      rule: "a room without a door",
      changes: {
        "packages/server/src/audit/log.ts": "export {};",
        "docs/ARCHITECTURE.md": TABLES.replace("| store |", "| audit | log | — | — |\n| store |"),
      },
      says: ['room "audit" has no door'],
    },
    {
      rule: "a door that exports everything",
      changes: { "packages/server/src/kernel/kernel.ts": `export * from "./clock.ts";` },
      says: ['packages/server/src/kernel/kernel.ts:1 `export *` from "./clock.ts"'],
    },
    {
      rule: "a door that exports all types",
      changes: {
        "packages/server/src/kernel/kernel.ts": `export type * from "./clock.ts"; export { clock } from "./clock.ts";`,
      },
      says: ['`export *` from "./clock.ts"'],
    },
    {
      rule: "source that imports a test",
      changes: { "packages/server/src/queue/queue.ts": `export { lease } from "./lease.test.ts";` },
      says: ['"./lease.test.ts" is a test'],
    },
    {
      rule: "source that imports another room's builder for tests",
      changes: {
        "packages/server/src/queue/queue.ts": `export { stopped } from "../kernel/testing/stopped.ts";`,
      },
      says: ['"../kernel/testing/stopped.ts" is a test'],
    },
    {
      rule: "source that imports a builder for tests",
      changes: { "packages/server/src/queue/queue.ts": `export { item } from "./testing/item.ts";` },
      says: ['"./testing/item.ts" is a test'],
    },
    {
      rule: "a package beside or above",
      changes: {
        "packages/protocol/src/word.ts": `import { call } from "@holdfast/client"; export const word = call;`,
      },
      says: [
        'protocol may not import "@holdfast/client"',
        'row "protocol" (line 4) of the table of packages',
      ],
    },
    {
      rule: "a path past a package's door",
      changes: {
        "packages/client/src/index.ts": `import { word } from "@holdfast/protocol/src/word.ts"; export const call = word;`,
      },
      says: ["goes past the door of @holdfast/protocol"],
    },
    {
      rule: "a relative import out of the package",
      changes: {
        "packages/client/src/index.ts": `import { word } from "../../protocol/src/word.ts"; export const call = word;`,
      },
      says: ['"../../protocol/src/word.ts" leaves the package'],
    },
    {
      rule: "a package of ours that is not declared",
      changes: { "packages/client/package.json": manifest([]) },
      says: ['"@holdfast/protocol" is not a dependency of @holdfast/client'],
    },
    {
      rule: "a Node module where none may be",
      changes: {
        "packages/client/src/index.ts": `import { hash } from "node:crypto"; export const call = hash;`,
      },
      says: ['client may not import "node:crypto"', 'row "client" (line 5) of the table of packages'],
    },
    {
      rule: "an external package in a room that may not use it",
      changes: {
        "packages/server/src/queue/lease.ts": `import { pino } from "pino"; export const lease = pino;`,
      },
      says: ['queue may not import the package "pino"', 'row "queue" (line 12) of the table of rooms'],
    },
    {
      rule: "an external package that is allowed but not declared",
      changes: { "packages/server/package.json": manifest(["@holdfast/protocol"]) },
      says: ['"pino" is not a dependency of @holdfast/server'],
    },
    {
      rule: "a test's package in source",
      changes: {
        "packages/server/src/queue/lease.ts": `import fc from "fast-check"; export const lease = fc;`,
      },
      says: ['queue may not import the package "fast-check"'],
    },
    {
      rule: "an undeclared package in a test",
      changes: { "packages/server/src/queue/lease.test.ts": `import "left-pad";` },
      says: ['"left-pad" is not a dependency of @holdfast/server'],
    },
    {
      rule: "a Node module without its prefix",
      changes: {
        "packages/server/src/queue/lease.ts": `import { readFileSync } from "fs"; export const lease = readFileSync;`,
      },
      says: ['queue may not import the package "fs"'],
    },
    {
      rule: "an import cycle between files of a room",
      changes: {
        "packages/server/src/queue/lease.ts": `import { term } from "./term.ts"; export const lease = term;`,
        "packages/server/src/queue/term.ts": `import { lease } from "./lease.ts"; export const term = () => lease;`,
      },
      says: ["import cycle: queue/lease.ts → queue/term.ts → queue/lease.ts"],
    },
    {
      rule: "a package without a row",
      changes: { "packages/sdk/package.json": manifest([]) },
      says: ['packages/sdk:0 "sdk" has no row in the table of packages'],
    },
    {
      rule: "a row without a room",
      changes: { "docs/ARCHITECTURE.md": TABLES.replace("| queue |", "| audit | log | — | — |\n| queue |") },
      says: ['docs/ARCHITECTURE.md:12 the table of rooms has a row "audit"'],
    },
  ];

describe("findProblems() finds", () => {
  for (const { rule, changes, says } of CASES) {
    test(rule, () => {
      const problems = check(changes);
      const [first = "nothing was found"] = problems;
      for (const sentence of says)
        assert.ok(first.includes(sentence), `"${sentence}" is missing in: ${first}`);
      assert.equal(problems.length, 1, problems.join("\n"));
    });
  }
});

test("findProblems() lets types go in a circle", () => {
  const problems = check({
    "packages/server/src/queue/lease.ts": `import type { Term } from "./term.ts"; export const lease: Term = 1;`,
    "packages/server/src/queue/term.ts": `import { lease } from "./lease.ts"; export type Term = number; export const term = lease;`,
  });
  assert.deepEqual(problems, []);
});

test("readTables() refuses a row that may import what does not stand above it", () => {
  assert.throws(
    () => readTables(TABLES.replace("| kernel | clock | — |", "| kernel | clock | store |")),
    /line 10, row "kernel" of the table of rooms: it may import "store", which does not stand above it/,
  );
});

test("readTables() says which table is missing", () => {
  assert.throws(() => readTables("# Nothing here"), /Cannot find the table of packages/);
});

test("readImports() tells a value called type from an import of types", () => {
  const source = `import type from "a"; import type, { b } from "c"; import type { D } from "e"; import type F from "g";`;
  assert.deepEqual(
    readImports("x.ts", source).map((entry) => [entry.specifier, entry.kind]),
    [
      ["a", "value"],
      ["c", "value"],
      ["e", "type"],
      ["g", "type"],
    ],
  );
});

test("readImports() refuses a file that does not parse", () => {
  assert.throws(() => readImports("x.ts", "import {"), /Cannot read the imports of x\.ts/);
});

test("findCycles() reports the shortest cycle of each knot once", () => {
  const edges = new Map([
    ["a", ["b", "outside"]],
    ["b", ["c"]],
    ["c", ["a", "b"]],
    ["d", ["d"]],
    ["e", ["a"]],
  ]);
  assert.deepEqual(findCycles(edges), [["a", "b", "c"], ["d"]]);
});

test("boundaries.ts exits with 1 and names the place when a rule is broken, with 0 otherwise", () => {
  const run = (root: string): { readonly status: number | null; readonly output: string } => {
    const script = join(import.meta.dirname, "boundaries.ts");
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], { encoding: "utf8" });
    return { status, output: stdout + stderr };
  };
  const good = run(writeTree({}));
  assert.equal(good.status, 0, good.output);
  assert.match(good.output, /\d+ files keep to the tables/);

  const bad = run(writeTree({ "packages/client/src/index.ts": `import "node:fs";` }));
  assert.equal(bad.status, 1, bad.output);
  assert.match(bad.output, /packages\/client\/src\/index\.ts:1 {2}client may not import "node:fs"/);
});

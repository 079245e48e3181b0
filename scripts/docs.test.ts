import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { BACKOFF_MS, LIMITS, PERMISSIONS, reachOf, ROLES } from "@holdfast/protocol";
import { COMMANDS } from "../packages/cli/src/commands.ts";
import { EXIT } from "../packages/cli/src/exit-codes.ts";
import { SETTINGS } from "../packages/cli/src/settings/table.ts";
import type { ApiContext } from "../packages/server/src/api/api.ts";
import { createApi } from "../packages/server/src/api/api.ts";

const ROOT = join(import.meta.dirname, "..");

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** A number with the word for its unit, singular or plural. */
function quantity(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function duration(ms: number): string {
  const units = [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
    ["second", 1000],
  ] as const;
  for (const [unit, unitMs] of units) if (ms % unitMs === 0) return quantity(ms / unitMs, unit);
  return `${ms} ms`;
}

/** A limit as the page writes it; the end of its name says what it counts. */
function written(name: string, value: number): string {
  if (/Timestamp\w+Ms$/.test(name)) return new Date(value).toISOString().slice(0, "2000-01-01".length);
  if (name.endsWith("Ms")) return duration(value);
  if (!name.endsWith("Bytes")) return value.toLocaleString("en-US");
  return value % 1024 ** 2 === 0 ? `${value / 1024 ** 2} MiB` : `${value / 1024} KiB`;
}

test("docs/reference/limits.md lists every limit of the protocol with its value, and no other", () => {
  const rows = [...read("docs/reference/limits.md").matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)];
  const documented = rows.map(([, name, value]) => [name, value]);
  const actual = Object.entries(LIMITS).map(([name, value]) => [name, written(name, value)]);
  assert.deepEqual(documented, actual);
});

test("docs/reference/limits.md gives the delays between attempts in order", () => {
  assert.ok(read("docs/reference/limits.md").includes(`\n${BACKOFF_MS.map(duration).join(", ")}\n`));
});

test("docs/reference/roles.md has the table by which the server decides", () => {
  const rows = [...read("docs/reference/roles.md").matchAll(/^\| `([\w.]+)` \|(.+)\|$/gm)].map(
    ([, permission = "", cells = ""]) => [permission, ...cells.split("|").map((cell) => cell.trim())],
  );
  const words = { everywhere: "yes", "outside production": "not in production" } as const;
  const actual = PERMISSIONS.map((permission) => [
    permission,
    ...ROLES.map((role) => {
      const reach = reachOf(role, permission);
      return reach === null ? "" : words[reach];
    }),
  ]);
  assert.deepEqual(rows, actual);
});

const pages = globSync("{*.md,docs/**/*.md,packages/*/*.md,examples/*/*.md,bench/*.md,.github/**/*.md}", {
  cwd: ROOT,
});

test("every relative link of every page leads to something that exists", () => {
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target = ""] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(?:[a-z]+:|#)/.test(target)) continue;
      const path = join(dirname(page), target.replace(/#.*$/, ""));
      if (!existsSync(join(ROOT, path))) broken.push(`${page}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("every source file that a page names in full exists", () => {
  const missing: string[] = [];
  for (const page of pages) {
    for (const [, path = ""] of read(page).matchAll(
      /`((?:packages|scripts|examples|bench)\/[\w./-]+\.(?:ts|json|js))`/g,
    )) {
      if (!existsSync(join(ROOT, path))) missing.push(`${page}: ${path}`);
    }
  }
  assert.deepEqual(missing, []);
});

test("every npm script that a page tells the reader to run exists", () => {
  const manifest = JSON.parse(read("package.json"));
  const missing: string[] = [];
  for (const page of pages) {
    for (const [command, name = ""] of read(page).matchAll(/npm run ([\w:-]+)/g)) {
      if (!(name in manifest.scripts)) missing.push(`${page}: ${command}`);
    }
  }
  assert.deepEqual(missing, []);
});

test("ARCHITECTURE.md names, for each step of an event's way, files that exist", () => {
  const way = read("docs/ARCHITECTURE.md").split("## The way of an event")[1]?.split("\n## ")[0] ?? "";
  const named = [...way.matchAll(/`([a-z-]+\/[\w/-]+\.ts)`/g)].map(([, path = ""]) => path);
  assert.ok(named.length >= 8, `only ${named.length} files are named`);
  const missing = named.filter((path) => !existsSync(join(ROOT, "packages/server/src", path)));
  assert.deepEqual(missing, []);
});

test("docs/reference/cli.md lists every command, every setting that does something, and every exit code", () => {
  const page = read("docs/reference/cli.md");
  const firstCells = [...page.matchAll(/^\| (.+?) \|/gm)].map(([, cell = ""]) => cell).join("\n");
  const named = (text: string): boolean => new RegExp(`^.*\`${text}[ \`]`, "m").test(firstCells);
  const settings = SETTINGS.filter(({ summary, secret }) => summary !== undefined || secret === true);

  assert.deepEqual(
    COMMANDS.map(({ name }) => name).filter((name) => !named(name)),
    [],
  );
  assert.deepEqual(
    settings.map(({ name }) => name).filter((name) => !named(name)),
    [],
  );
  assert.deepEqual(
    Object.values(EXIT).filter((code) => !firstCells.split("\n").includes(String(code))),
    [],
  );
});

/** The API on a server that knows no key, so that whatever needs one is refused. */
function lockedApi(
  mode: ApiContext["mode"],
  onRoute: (route: string) => void = () => undefined,
): ReturnType<typeof createApi> {
  const refuse = (): object => ({ ok: false, reason: "unknown" });
  const parts = { mode, keys: { checkBearer: refuse, checkEventKey: refuse }, ids: { request: () => "1" } };
  const log = { warn() {}, error() {} };
  const clock = { now: () => 0, monotonic: () => 0 };
  const nothing = new Proxy({}, { get: () => () => null });
  const context = new Proxy(
    { ...parts, log, clock },
    { get: (known, name) => Reflect.get(known, name) ?? nothing },
  );
  // Routes are built from this, and none that lets the request through looks at more of it.
  return createApi(context as unknown as ApiContext, onRoute);
}

/** A line of the tables names one path, with one method or several. What is under `/v2` is found under `/api/v2` too. */
const documentedRoutes = [
  ...read("docs/reference/http-api.md").matchAll(
    /^\| `([A-Z, ]+) (\S+)` \| ([a-z ]+)(?:, or `([a-z._]+)`)? \|/gm,
  ),
].flatMap(([, methods = "", path = "", needs = "", permission = "-"]) =>
  methods
    .split(", ")
    .flatMap((method) => [
      { method, path, needs, permission },
      ...(path.startsWith("/v2/") ? [{ method, path: `/api${path}`, needs, permission }] : []),
    ]),
);

test("docs/reference/http-api.md lists every route, and no other", async () => {
  const actual: string[] = [];
  await lockedApi("dev", (route) => actual.push(route.split(" ").slice(0, 2).join(" "))).ready();
  const documented = documentedRoutes.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(documented.toSorted(), actual.toSorted());
});

test("docs/reference/http-api.md says what each route takes of whoever shows no key", async () => {
  const actual: string[] = [];
  await lockedApi("dev", (route) => actual.push(route)).ready();
  assert.deepEqual(
    documentedRoutes
      .filter(({ needs }) => needs === "signing key")
      .map(({ method, path, permission }) => `${method} ${path} signing-key ${permission}`)
      .toSorted(),
    actual.filter((route) => route.includes(" signing-key ")).toSorted(),
  );
});

test("docs/reference/http-api.md says what each route needs: without that key it answers 401", async () => {
  const api = lockedApi("production");
  for (const { method, path, needs } of documentedRoutes) {
    if (/^\/(?:dev|test)\b/.test(path)) continue;
    // The table's words are the methods that Fastify knows.
    const answer = await api.inject({ method: method as "GET", url: path.replaceAll(/:\w+/g, "x") });
    assert.equal(
      answer.statusCode === 401,
      needs !== "nothing",
      `${method} ${path} answered ${answer.statusCode}`,
    );
  }
});

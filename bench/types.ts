/**
 * What the compiler pays for an app's types: an app of 300 functions, each with an event of its own and the steps that
 * functions have, written for this SDK and for the official one, and compiled with `tsc --extendedDiagnostics`. An app of
 * one function is subtracted, so that what a package itself costs to read does not count.
 *
 *     node bench/types.ts [functions]
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const FUNCTION_COUNT = 300;
/** Of so many times the smallest counts: the rest is what else the machine did. */
const ROUND_COUNT = 3;

interface Dialect {
  readonly name: string;
  /** Imports, and the client. */
  readonly head: string;
  readonly triggers: (event: string) => string;
}

const DIALECTS: readonly Dialect[] = [
  {
    name: "holdfast",
    head: `import { eventType, Holdfast, staticSchema } from "holdfast";
const client = new Holdfast({ id: "shop" });`,
    triggers: (event) => event,
  },
  {
    name: "inngest",
    head: `import { eventType, Inngest, staticSchema } from "inngest";
const client = new Inngest({ id: "shop" });`,
    triggers: (event) => `[${event}]`,
  },
];

/** What `tsc` says of one compilation. */
interface Cost {
  readonly checkMs: number;
  readonly instantiations: number;
  readonly types: number;
}

function write({ head, triggers }: Dialect, functionCount: number): string {
  const parts = [head];
  for (let at = 0; at < functionCount; at++) {
    const data = `{ id: string; lines: { sku: string; count: number }[]; field${at}: number }`;
    parts.push(`
const event${at} = eventType("order/e${at}", { schema: staticSchema<${data}>() });
export const function${at} = client.createFunction(
  { id: "f${at}", triggers: ${triggers(`event${at}`)}, retries: 2, concurrency: { limit: 5, key: "event.data.id" } },
  async ({ event, step, runId, attempt }) => {
    const total = await step.run("total", () => event.data.lines.reduce((sum, line) => sum + line.count, event.data.field${at}));
    await step.sleep("pause", "1h");
    const next = await step.waitForEvent("wait", { event: event${at}, timeout: "1d" });
    const report = await step.run("report", async () => ({ total, at: new Date(), next: next?.data.id ?? null, attempt }));
    await step.sendEvent("tell", event${at}.create({ id: runId, lines: [], field${at}: total }));
    ${at === 0 ? "" : `const before = await step.invoke("before", { function: function${at - 1}, data: { id: runId, lines: [], field${at - 1}: 1 } });`}
    void [report.at.length, ${at === 0 ? "0" : "before.total"}];
    return { total: report.total, name: "f${at}" as string };
  },
);`);
  }
  return parts.join("\n");
}

function compile(folder: string): Cost {
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  const { status, stdout } = spawnSync(tsc, ["-p", folder, "--extendedDiagnostics"], { encoding: "utf8" });
  if (status !== 0) throw new Error(`The app does not compile:\n${stdout.slice(0, 2000)}`);
  const read = (label: string): number => {
    const found = new RegExp(`^${label}:\\s+([\\d.]+)`, "m").exec(stdout)?.[1];
    if (found === undefined) throw new Error(`tsc says nothing of "${label}":\n${stdout}`);
    return Number(found);
  };
  return { checkMs: read("Check time") * 1000, instantiations: read("Instantiations"), types: read("Types") };
}

function measure(dialect: Dialect, functionCount: number, folder: string): Cost {
  const app = join(folder, `${dialect.name}-${functionCount}`);
  mkdirSync(app);
  writeFileSync(join(app, "app.ts"), write(dialect, functionCount));
  writeFileSync(
    join(app, "tsconfig.json"),
    JSON.stringify({ extends: "../../../tsconfig.json", include: ["app.ts"], exclude: [] }),
  );
  const costs = Array.from({ length: ROUND_COUNT }, () => compile(app));
  const least = (of: (cost: Cost) => number): number => Math.min(...costs.map(of));
  return {
    checkMs: least(({ checkMs }) => checkMs),
    instantiations: least(({ instantiations }) => instantiations),
    types: least(({ types }) => types),
  };
}

const functionCount = Number(process.argv[2] ?? FUNCTION_COUNT);
// Beside the packages that the apps import.
const folder = mkdtempSync(join(import.meta.dirname, ".types-"));
try {
  const rows = DIALECTS.map((dialect) => {
    const [one, many] = [measure(dialect, 1, folder), measure(dialect, functionCount, folder)];
    return {
      name: dialect.name,
      checkMs: many.checkMs - one.checkMs,
      instantiations: many.instantiations - one.instantiations,
      types: many.types - one.types,
    };
  });
  console.log(`${functionCount} functions, what they add to one:`);
  for (const { name, checkMs, instantiations, types } of rows) {
    console.log(
      `  ${name.padEnd(10)} check ${checkMs.toFixed(0)} ms, ${instantiations} instantiations, ${types} types`,
    );
  }
  const [own, official] = rows;
  if (own !== undefined && official !== undefined) {
    const ratio = (of: (cost: Cost) => number): string => (of(own) / of(official)).toFixed(2);
    console.log(
      `  ratio      check ${ratio((cost) => cost.checkMs)}, instantiations ${ratio((cost) => cost.instantiations)}, types ${ratio((cost) => cost.types)}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}

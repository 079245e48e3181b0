import type { Client, FunctionInfo } from "@holdfast/client";
import type { Invocation } from "./command.ts";
import { connect } from "./connection.ts";
import { EXIT } from "./exit-codes.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { listOption } from "./text-option.ts";

/** Functions of one page, and most pages that are read of one app: together all that an app may have. */
const PAGE_SIZE = 100;
const PAGES_MAX = 10;

/** Lists the functions of all apps, or of some. */
export async function listFunctions(invocation: Invocation): Promise<number> {
  const { options, report } = invocation;
  const client = connect(invocation);
  const apps = listOption(options, "app") ?? (await client.apps()).map(({ name }) => name);
  const functions = (await Promise.all(apps.map((app) => functionsOf(client, app)))).flat();
  report.result(
    functions,
    functions.length === 0
      ? ["  No functions yet. See holdfast apps list."]
      : functions.map((one) => functionRow(one, report.style)),
  );
  return EXIT.done;
}

async function functionsOf(client: Client, app: string): Promise<readonly FunctionInfo[]> {
  const all: FunctionInfo[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    // Each page says where the next one begins.
    const found = await client.functions(app, { limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) });
    all.push(...found.entries);
    cursor = found.cursor;
    if (cursor === null) break;
  }
  return all;
}

function functionRow(one: FunctionInfo, style: Style): string {
  const mark = one.isPaused === true ? style.yellow(style.paused) : style.green(style.done);
  const triggers = (one.triggers ?? []).map(({ value }) => value).join(", ");
  const paused = one.isPaused === true ? `  ${style.yellow("paused")}` : "";
  return `  ${mark} ${style.bold(printable(one.slug))}  ${printable(one.name)}  ${style.dim(printable(triggers))}${paused}`.trimEnd();
}

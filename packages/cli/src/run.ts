import { GLOBAL_OPTIONS } from "./command.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { findCommand, parseOptions } from "./parse.ts";
import type { UsageProblem } from "./parse.ts";
import type { Report } from "./report.ts";
import { createReport } from "./report.ts";
import { wantsAscii, wantsColor } from "./style.ts";
import type { World } from "./world.ts";

const NAMES = [...COMMANDS.map(({ name }) => name), "help"];

/** Runs one command line and returns the exit code. Every error ends here, told in words and as a code. */
export async function runCommandLine(world: World): Promise<number> {
  const report = reportFor(world);
  try {
    const done = await dispatch(world, report);
    if (typeof done === "number") return done;
    const { HoldfastError } = await import("@holdfast/protocol");
    throw new HoldfastError("usage_invalid", done.message, { next: done.next });
  } catch (error) {
    const { tellFailure } = await import("./failure.ts");
    return tellFailure(error, world, report);
  }
}

async function dispatch(world: World, report: Report): Promise<number | UsageProblem> {
  const { argv } = world;
  if (argv.includes("--version") && argv.every((argument) => argument.startsWith("-"))) {
    return run(
      "version",
      argv.filter((argument) => argument !== "--version"),
      world,
      report,
    );
  }
  const found = findCommand(argv, NAMES, GLOBAL_OPTIONS);
  if (!found.ok) return found;
  if (found.name === "help")
    return help(
      found.rest.filter((argument) => !argument.startsWith("-")),
      world,
    );
  if (found.name !== null) return run(found.name, found.rest, world, report);
  // Only options of every command can stand alone.
  const parsed = parseOptions(argv, GLOBAL_OPTIONS);
  return parsed.ok ? help([], world) : parsed;
}

async function run(
  name: string,
  args: readonly string[],
  world: World,
  report: Report,
): Promise<number | UsageProblem> {
  const command = await load(name);
  const end = args.indexOf("--");
  const asked = end < 0 ? args : args.slice(0, end);
  if (asked.includes("--help") || asked.includes("-h")) return help([name], world);
  const parsed = parseOptions(args, [...command.options, ...GLOBAL_OPTIONS]);
  if (!parsed.ok) return parsed;
  const { options, operands } = parsed;
  if (operands.length < command.operandsMin || operands.length > command.operandsMax) {
    const extra = operands[command.operandsMax];
    const what = extra === undefined ? "an argument is missing" : `"${extra}" is one argument too many`;
    const next = `Usage: holdfast ${name} ${command.usage}`.trim();
    return { ok: false, message: `Cannot run "holdfast ${name}": ${what}.`, next };
  }
  return command.run({ options, operands, world, report });
}

async function help(words: readonly string[], world: World): Promise<number | UsageProblem> {
  const { renderCommand, renderOverview } = await import("./help.ts");
  if (words.length === 0 || words[0] === "help") {
    world.stdout.write(renderOverview(COMMANDS, GLOBAL_OPTIONS));
    return 0;
  }
  const found = NAMES.includes(words.join(" "))
    ? { ok: true as const, name: words.join(" ") }
    : findCommand(words, NAMES, GLOBAL_OPTIONS);
  if (!found.ok) return found;
  const name = found.name ?? "";
  world.stdout.write(renderCommand(name, await load(name), GLOBAL_OPTIONS));
  return 0;
}

async function load(name: string): Promise<Command> {
  const entry = COMMANDS.find((command) => command.name === name);
  if (entry === undefined) throw new Error(`no command "${name}" in the table`);
  return entry.load();
}

/** How to speak is settled before anything else, so that a faulty command line is answered in the wanted form too. */
function reportFor({ argv, env, stdout, stderr }: World): Report {
  const has = (...names: readonly string[]): boolean => names.some((name) => argv.includes(name));
  const json = has("--json");
  const color = !json && wantsColor(env, stdout.isTTY === true && stderr.isTTY === true, has("--no-color"));
  return createReport({
    stdout,
    stderr,
    look: { color, ascii: wantsAscii(env) },
    json,
    quiet: has("--quiet", "-q"),
    verbose: has("--verbose", "-v", "-vv"),
  });
}

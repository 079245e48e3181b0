import { HoldfastError } from "@holdfast/protocol";
import { GLOBAL_OPTIONS } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { findCommand, parseOptions } from "./parse.ts";
import type { Report } from "./report.ts";
import { createReport } from "./report.ts";
import { createStyle, wantsAscii, wantsColor } from "./style.ts";
import type { World } from "./world.ts";

const NAMES = [...COMMANDS.map(({ name }) => name), "help"];

/** Runs one command line and returns the exit code. Every error ends here, told in words and as a code. */
export async function runCommandLine(world: World): Promise<number> {
  const report = reportFor(world);
  try {
    return await dispatch(world, report);
  } catch (error) {
    const failure =
      error instanceof HoldfastError
        ? error
        : new HoldfastError("internal_error", `Cannot go on: ${error instanceof Error ? error.message : String(error)}.`, {
            cause: error,
            next: "This is a fault of holdfast itself. Run it again with --verbose, and report what it prints.",
          });
    report.failure(failure);
    if (report.verbose) {
      for (let cause: unknown = failure; cause instanceof Error; cause = cause.cause) world.stderr.write(`    ${cause.stack}\n`);
    }
    return exitCodeOf(failure.code, failure.details);
  }
}

async function dispatch(world: World, report: Report): Promise<number> {
  const { argv } = world;
  if (argv.includes("--version") && argv.every((argument) => argument.startsWith("-"))) return run("version", [], world, report);
  const { name, rest } = findCommand(argv, NAMES, GLOBAL_OPTIONS);
  if (name === "help") return help(rest.filter((argument) => !argument.startsWith("-")), world);
  if (name === null) {
    // Only options of every command can stand alone.
    parseOptions(argv, GLOBAL_OPTIONS);
    return help([], world);
  }
  return run(name, rest, world, report);
}

async function run(name: string, args: readonly string[], world: World, report: Report): Promise<number> {
  const command = await load(name);
  if (args.some((argument, index) => isHelp(argument) && !args.slice(0, index).includes("--"))) return help([name], world);
  const { options, operands } = parseOptions(args, [...command.options, ...GLOBAL_OPTIONS]);
  if (operands.length < command.operandsMin || operands.length > command.operandsMax) {
    const extra = operands[command.operandsMax];
    throw new HoldfastError(
      "usage_invalid",
      extra === undefined
        ? `Cannot run "holdfast ${name}": an argument is missing.`
        : `Cannot run "holdfast ${name}": "${extra}" is one argument too many.`,
      { next: `Usage: holdfast ${name} ${command.usage}` },
    );
  }
  return command.run({ options, operands, world, report });
}

function isHelp(argument: string): boolean {
  return argument === "--help" || argument === "-h";
}

async function help(words: readonly string[], world: World): Promise<number> {
  const { renderCommand, renderOverview } = await import("./help.ts");
  if (words.length === 0 || words[0] === "help") {
    world.stdout.write(renderOverview(COMMANDS, GLOBAL_OPTIONS));
    return EXIT.done;
  }
  const { name } = findCommand(words, NAMES, GLOBAL_OPTIONS);
  world.stdout.write(renderCommand(name ?? "", await load(name ?? ""), GLOBAL_OPTIONS));
  return EXIT.done;
}

async function load(name: string) {
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
    style: createStyle({ color, ascii: wantsAscii(env) }),
    json,
    quiet: has("--quiet", "-q"),
    verbose: has("--verbose", "-v", "-vv"),
  });
}

import type { Command, CommandOption } from "./command.ts";
import type { CommandEntry } from "./commands.ts";

const WIDTH = 80;

/** The page of all commands. */
export function renderOverview(commands: readonly CommandEntry[], globals: readonly CommandOption[]): string {
  const nameWidth = Math.max(...commands.map(({ name }) => name.length));
  return [
    "holdfast: durable functions on your own machines",
    "",
    "Usage: holdfast <command> [options]",
    "",
    "Commands:",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(nameWidth)}  ${summary}`),
    "",
    "Options of every command:",
    ...renderOptions(globals),
    "",
    "Examples:",
    "  holdfast dev",
    "  holdfast send order/placed --data '{\"id\": 7}'",
    "",
    "holdfast help <command> says more. No telemetry: nothing is sent to anybody.",
    "",
  ].join("\n");
}

/** The page of one command. */
export function renderCommand(name: string, command: Command, globals: readonly CommandOption[]): string {
  const own = renderOptions(command.options);
  return [
    ...wrap(command.summary, 0),
    "",
    ...wrap(`Usage: holdfast ${name}${command.usage === "" ? "" : ` ${command.usage}`}`, 9),
    "",
    ...(own.length === 0 ? [] : ["Options:", ...own, ""]),
    "Options of every command:",
    ...renderOptions(globals),
    "",
    command.examples.length === 1 ? "Example:" : "Examples:",
    ...command.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

const OPTION_COLUMN = 30;

function renderOptions(options: readonly CommandOption[]): string[] {
  return options.flatMap((option) => {
    if (option.summary === undefined) return [];
    const short = option.short === undefined ? "    " : `-${option.short}, `;
    const value = option.kind === "boolean" ? "" : ` ${option.value ?? "VALUE"}`;
    const left = `  ${short}--${option.name}${value}`;
    const [first = "", ...more] = wrap(option.summary, 0, WIDTH - OPTION_COLUMN);
    const rest = more.map((line) => " ".repeat(OPTION_COLUMN) + line);
    return left.length < OPTION_COLUMN - 1
      ? [left.padEnd(OPTION_COLUMN) + first, ...rest]
      : [left, " ".repeat(OPTION_COLUMN) + first, ...rest];
  });
}

/** Breaks a text into lines of at most `width`; all but the first are indented. */
function wrap(text: string, indent: number, width = WIDTH): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const wider = line === "" ? word : `${line} ${word}`;
    if (wider.length <= width || line.trim() === "") {
      line = wider;
      continue;
    }
    lines.push(line);
    line = " ".repeat(indent) + word;
  }
  return [...lines, line];
}

import { parseArgs } from "node:util";
import { HoldfastError } from "@holdfast/protocol";
import type { CommandOption, OptionValues } from "./command.ts";
import { nearest } from "./nearest.ts";

export interface Parsed {
  readonly options: OptionValues;
  readonly operands: readonly string[];
}

/** The command of a command line, and where its words stood. */
export interface FoundCommand {
  /** Null when no word is there that could name one. */
  readonly name: string | null;
  /** The arguments without the command's words. */
  readonly rest: readonly string[];
}

/**
 * Finds which command is meant: the first one or two arguments that are no options.
 *
 * @throws HoldfastError `usage_invalid` with the nearest command. Nothing is ever run on a guess.
 */
export function findCommand(argv: readonly string[], names: readonly string[], globals: readonly CommandOption[]): FoundCommand {
  const { tokens } = parseArgs({ args: [...argv], options: parserOptions(globals), strict: false, allowPositionals: true, tokens: true });
  const words = tokens.filter((token) => token.kind === "positional");
  const [first, second] = words;
  if (first === undefined) return { name: null, rest: argv };
  const pair = second === undefined ? null : `${first.value} ${second.value}`;
  for (const [name, indexes] of [
    [pair, [first.index, second?.index]],
    [first.value, [first.index]],
  ] as const) {
    if (name !== null && names.includes(name)) return { name, rest: argv.filter((_, index) => !indexes.includes(index)) };
  }
  const group = names.filter((name) => name.startsWith(`${first.value} `));
  if (group.length > 0) {
    const close = pair === null ? null : nearest(pair, group);
    throw new HoldfastError("usage_invalid", `Cannot run "${pair ?? first.value}": there is no such command.`, {
      next: close === null ? `There are: ${group.join(", ")}.` : `Did you mean "holdfast ${close}"?`,
    });
  }
  const close = nearest(pair ?? first.value, names) ?? nearest(first.value, names);
  throw new HoldfastError("usage_invalid", `Cannot run "${first.value}": there is no such command.`, {
    next: close === null ? "See holdfast help." : `Did you mean "holdfast ${close}"?`,
  });
}

/**
 * Reads the arguments behind a command.
 *
 * @throws HoldfastError `usage_invalid`: an unknown option (with the nearest one), a value that is missing or too much,
 *   an option that was given twice and takes one value.
 */
export function parseOptions(args: readonly string[], options: readonly CommandOption[]): Parsed {
  const byName = new Map(options.flatMap((option) => [option.name, ...(option.aliases ?? [])].map((name) => [name, option])));
  const { tokens } = parseArgs({ args: [...args], options: parserOptions(options), strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, true | string | readonly string[]>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const option = byName.get(token.name);
    if (option === undefined) throw unknownOption(token.rawName, [...byName.keys()]);
    const shown = `--${option.name}`;
    if (option.kind === "boolean") {
      if (token.value !== undefined) throw usage(`Cannot use "${token.value}" for ${shown}: it takes no value.`);
      values.set(option.name, true);
      continue;
    }
    const { value } = token;
    // The next option in the place of a value is a value that was forgotten; a lone dash means stdin.
    if (value === undefined || (token.inlineValue !== true && /^-./.test(value))) {
      throw usage(`Cannot use ${shown} without a value.`, `Write ${shown} ${option.value ?? "VALUE"}.`);
    }
    const former = values.get(option.name);
    if (option.kind === "list") values.set(option.name, [...(Array.isArray(former) ? former : []), value]);
    else if (former === undefined) values.set(option.name, value);
    else throw usage(`Cannot use ${shown} twice: it takes one value.`);
  }
  return { options: values, operands };
}

function parserOptions(options: readonly CommandOption[]) {
  const table: Record<string, { type: "boolean" | "string"; short?: string; multiple: boolean }> = {};
  for (const { name, aliases = [], kind, short } of options) {
    for (const each of [name, ...aliases]) {
      table[each] = {
        type: kind === "boolean" ? "boolean" : "string",
        multiple: true,
        ...(short === undefined || each !== name ? {} : { short }),
      };
    }
  }
  return table;
}

function unknownOption(rawName: string, known: readonly string[]): HoldfastError {
  const close = nearest(rawName.replace(/^-+/, ""), known);
  return usage(
    `Cannot use ${rawName}: there is no such option.`,
    close === null ? "Add --help to see the options there are." : `Did you mean --${close}?`,
  );
}

function usage(message: string, next = "Add --help to see how it is used."): HoldfastError {
  return new HoldfastError("usage_invalid", message, { next });
}

import { parseArgs } from "node:util";
import type { CommandOption, OptionValues } from "./command.ts";
import { nearest } from "./nearest.ts";

/** What is wrong with a command line. A value and no exception, so that help needs not load the errors first. */
export interface UsageProblem {
  readonly ok: false;
  readonly message: string;
  /** What to do now. */
  readonly next: string;
}

export interface Parsed {
  readonly ok: true;
  readonly options: OptionValues;
  readonly operands: readonly string[];
}

/** The command of a command line, and where its words stood. */
export interface FoundCommand {
  readonly ok: true;
  /** Null when no word is there that could name one. */
  readonly name: string | null;
  /** The arguments without the command's words. */
  readonly rest: readonly string[];
}

/** A command's name has at most so many words. */
const NAME_WORDS_MAX = 3;

/**
 * Finds which command is meant: the longest name that the first arguments that are no options make. For words that are
 * no command it names the nearest one; nothing is ever run on a guess.
 */
export function findCommand(
  argv: readonly string[],
  names: readonly string[],
  globals: readonly CommandOption[],
): FoundCommand | UsageProblem {
  const words = tokenize(argv, globals)
    .tokens.filter((token) => token.kind === "positional")
    .slice(0, NAME_WORDS_MAX);
  const named = (count: number): string =>
    words
      .slice(0, count)
      .map(({ value }) => value)
      .join(" ");
  let count = words.length;
  while (count > 0 && !names.includes(named(count))) count -= 1;
  if (words.length === 0) return { ok: true, name: null, rest: argv };

  // A word right behind a command may begin another's name; one further on is the value of an option.
  const [last, next] = [words[count - 1], words[count]];
  const isNext = next !== undefined && next.index === (last?.index ?? next.index - 1) + 1;
  const group = names.filter((name) => name.startsWith(`${named(count + 1)} `));
  if (count > 0 && !(isNext && group.length > 0)) {
    const own = new Set(words.slice(0, count).map(({ index }) => index));
    return { ok: true, name: named(count), rest: argv.filter((_, index) => !own.has(index)) };
  }
  const said = group.length > 0 ? named(NAME_WORDS_MAX) : named(count + 1);
  const close = nearest(named(NAME_WORDS_MAX), names) ?? nearest(named(2), names) ?? nearest(named(1), names);
  return problem(
    `Cannot run "${said}": there is no such command.`,
    close !== null && !(count > 0 && close === named(count))
      ? `Did you mean "holdfast ${close}"?`
      : group.length > 0
        ? `There are: ${group.join(", ")}.`
        : "See holdfast help.",
  );
}

/**
 * Reads the arguments behind a command. A problem is an unknown option (with the nearest one), a value that is missing
 * or too much, an option that was given twice and takes one value.
 */
export function parseOptions(
  args: readonly string[],
  options: readonly CommandOption[],
): Parsed | UsageProblem {
  const byName = new Map(
    options.flatMap((option) => [option.name, ...(option.aliases ?? [])].map((name) => [name, option])),
  );
  const values = new Map<string, true | string | readonly string[]>();
  const operands: string[] = [];
  for (const token of tokenize(args, options).tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const { rawName, value } = token;
    const option = byName.get(token.name);
    if (option === undefined) {
      const close = nearest(rawName.replace(/^-+/, ""), byName.keys());
      const next = close === null ? "Add --help to see the options there are." : `Did you mean --${close}?`;
      return problem(`Cannot use ${rawName}: there is no such option.`, next);
    }
    const shown = `--${option.name}`;
    if (option.kind === "boolean") {
      if (value !== undefined) return problem(`Cannot use "${value}" for ${shown}: it takes no value.`);
      values.set(option.name, true);
      continue;
    }
    // The next option in the place of a value is a value that was forgotten; a lone dash means stdin.
    if (value === undefined || (!token.inlineValue && /^-./.test(value))) {
      return problem(`Cannot use ${shown} without a value.`, `Write ${shown} ${option.value ?? "VALUE"}.`);
    }
    const former = values.get(option.name);
    if (option.kind === "list")
      values.set(option.name, [...(typeof former === "object" ? former : []), value]);
    else if (former === undefined) values.set(option.name, value);
    else return problem(`Cannot use ${shown} twice: it takes one value.`);
  }
  return { ok: true, options: values, operands };
}

function tokenize(args: readonly string[], options: readonly CommandOption[]) {
  const table: Record<string, { type: "boolean" | "string"; short?: string; multiple: boolean }> = {};
  for (const { name, aliases = [], kind, short } of options) {
    for (const each of [name, ...aliases]) {
      const type = kind === "boolean" ? "boolean" : "string";
      table[each] = { type, multiple: true, ...(short === undefined || each !== name ? {} : { short }) };
    }
  }
  return parseArgs({ args: [...args], options: table, strict: false, allowPositionals: true, tokens: true });
}

function problem(message: string, next = "Add --help to see how it is used."): UsageProblem {
  return { ok: false, message, next };
}

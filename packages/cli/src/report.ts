import type { HoldfastError } from "@holdfast/protocol";
import type { Style } from "./style.ts";
import { createStyle } from "./style.ts";
import type { Output } from "./world.ts";

/** How a command speaks: results on stdout, everything else on stderr. */
export interface Report {
  readonly style: Style;
  /** How `style` was made, for what makes its own. */
  readonly look: { readonly color: boolean; readonly ascii: boolean };
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** The command's result: the data as one JSON document with `--json`, the lines otherwise. */
  result(data: unknown, lines: readonly string[]): void;
  /** A line of a result that goes on, such as a timeline. */
  line(text: string): void;
  /** Something the reader should know, and did not ask for. */
  notice(text: string): void;
  /** The end of a command that did not work out. */
  failure(error: HoldfastError): void;
}

interface ReportOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly look: Report["look"];
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Where every code has its paragraph. */
const DOCS = "docs/reference/errors.md";

export function createReport({ stdout, stderr, look, json, quiet, verbose }: ReportOptions): Report {
  const style = createStyle(look);
  const warnings: string[] = [];
  const print = (value: unknown): unknown => stdout.write(`${JSON.stringify(value)}\n`);
  return {
    style,
    look,
    json,
    quiet,
    verbose,
    result(data, lines) {
      if (json) print({ ok: true, data, warnings });
      else for (const text of lines) stdout.write(`${text}\n`);
    },
    line(text) {
      if (!quiet) stdout.write(`${text}\n`);
    },
    notice(text) {
      warnings.push(text);
      if (!quiet) stderr.write(`  ${style.yellow(style.warning)} ${text}\n`);
    },
    failure(error) {
      const { code, message, next, details } = error;
      if (json) print({ ok: false, error: { code, message, hint: next, docs: `${DOCS}#${code}`, details } });
      stderr.write(`  ${style.red(style.failed)} ${style.bold(code)}  ${message}\n`);
      for (const hint of next.split("\n")) stderr.write(`    ${hint}\n`);
      if (verbose) stderr.write(`    ${style.dim(`See ${DOCS}#${code}.`)}\n`);
    },
  };
}

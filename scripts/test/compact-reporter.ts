import { relative, resolve } from "node:path";
import { inspect } from "node:util";

/** The events of Node's test runner that this reporter reads, as far as it reads them. */
export type RunnerEvent =
  | { readonly type: "test:start"; readonly data: Place }
  | { readonly type: "test:fail"; readonly data: Place & { readonly details: Details } }
  | {
      readonly type: "test:stdout" | "test:stderr";
      readonly data: { readonly file: string; readonly message: string };
    }
  | {
      readonly type: "test:diagnostic";
      readonly data: { readonly nesting: number; readonly message: string };
    }
  | { readonly type: "test:summary"; readonly data: Summary };

interface Place {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string;
  readonly line?: number;
}

interface Details {
  readonly error: Error & { readonly failureType?: string };
}

interface Summary {
  /** Absent in the summary of the whole run. */
  readonly file?: string;
  readonly success: boolean;
  readonly duration_ms: number;
  readonly counts: { readonly tests: number };
}

/** The runner's own closing figures, which stay the last lines of the output. */
const CLOSING = /^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;

/**
 * A reporter for logs: one line for each file, everything about a failure, and the runner's closing figures at the
 * end. What a test printed is shown only for a file that failed.
 */
export default async function* compactReporter(events: AsyncIterable<RunnerEvent>): AsyncGenerator<string> {
  /** Names of the tests we are inside of, by nesting. */
  const path: string[] = [];
  const printed = new Map<string, string>();
  const failed: string[] = [];
  const closing: string[] = [];

  const output = (file: string): string => {
    const text = printed.get(file) ?? "";
    return text === "" ? "" : `  printed by ${file}:\n${indent(text)}\n`;
  };

  for await (const { type, data } of events) {
    switch (type) {
      case "test:start":
        path.length = data.nesting;
        path.push(data.name);
        break;
      case "test:fail": {
        const { error } = data.details;
        // A suite fails because a test in it failed; that test was shown.
        if (error.failureType === "subtestsFailed") break;
        const file = shorten(data.file ?? "");
        // The runner reports a file that could not be loaded, or whose process failed, as a test of the file's name.
        const isFile = data.nesting === 0 && data.name === file;
        const title = isFile
          ? file
          : `${file}:${data.line} › ${[...path.slice(0, data.nesting), data.name].join(" › ")}`;
        failed.push(title);
        yield `✖ ${title}\n${isFile ? output(file) : ""}${indent(inspect(error.cause ?? error))}\n`;
        break;
      }
      case "test:stdout":
      case "test:stderr": {
        const file = shorten(data.file);
        printed.set(file, (printed.get(file) ?? "") + data.message);
        break;
      }
      case "test:diagnostic":
        if (data.nesting === 0 && CLOSING.test(data.message)) closing.push(data.message);
        break;
      case "test:summary": {
        if (data.file === undefined) break;
        const file = shorten(data.file);
        if (!data.success) yield output(file);
        yield `${data.success ? "✔" : "✖"} ${file}  ${data.counts.tests} tests  ${Math.round(data.duration_ms)} ms\n`;
        break;
      }
    }
  }

  if (failed.length > 0) yield `\n✖ failing tests:\n${failed.map((title) => `  ${title}\n`).join("")}`;
  yield `\n${closing.map((line) => `ℹ ${line}\n`).join("")}`;
}

/** A file as seen from where the runner was started; the runner gives some of them so, and others in full. */
function shorten(file: string): string {
  return relative("", resolve(file));
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

import type { Logger } from "../logging/contract.ts";
import type { TestLog } from "./contract.ts";

/** Keeps what loggers are told, and by which run. */
export class CapturedLogs {
  readonly #lines: (TestLog & { readonly runId: unknown })[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get all(): readonly TestLog[] {
    return this.#lines.map(shown);
  }

  of(runId: string): readonly TestLog[] {
    return this.#lines.filter((line) => line.runId === runId).map(shown);
  }

  /** A logger whose lines belong to the run that its fields name. */
  logger(fields: Readonly<Record<string, unknown>> = {}): Logger {
    const at =
      (level: TestLog["level"]) =>
      (...words: readonly unknown[]): void => {
        const message = words.map(textOf).join(" ");
        this.#lines.push({
          level,
          words,
          message,
          at: new Date(this.#now()),
          runId: fields["runId"] ?? fields["run_id"] ?? fields["runID"] ?? fields["run"],
        });
      };
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      child: (more) => this.logger({ ...fields, ...more }),
    };
  }
}

function shown({ at, level, message, words }: TestLog): TestLog {
  return { level, words, message, at };
}

function textOf(word: unknown): string {
  if (typeof word === "string") return word;
  if (word instanceof Error) return `${word.name}: ${word.message}`;
  return JSON.stringify(word) ?? String(word);
}

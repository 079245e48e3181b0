import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LogLevel } from "./console-logger.ts";
import { consoleLogger } from "./console-logger.ts";
import type { Logger } from "./contract.ts";
import { createRunLogger } from "./run-logger.ts";

const METHODS = ["debug", "info", "warn", "error"] as const;

/** A logger as libraries make them: its methods need their object. */
class LibraryLogger implements Logger {
  readonly lines: string[];
  readonly fields: Readonly<Record<string, unknown>>;
  constructor(lines: string[], fields: Readonly<Record<string, unknown>> = {}) {
    this.lines = lines;
    this.fields = fields;
  }
  #write(level: string, words: readonly unknown[]): void {
    this.lines.push([level, ...words, JSON.stringify(this.fields)].join(" "));
  }
  debug(...words: readonly unknown[]): void {
    this.#write("debug", words);
  }
  info(...words: readonly unknown[]): void {
    this.#write("info", words);
  }
  warn(...words: readonly unknown[]): void {
    this.#write("warn", words);
  }
  error(...words: readonly unknown[]): void {
    this.#write("error", words);
  }
  child(fields: Readonly<Record<string, unknown>>): Logger {
    return new LibraryLogger(this.lines, { ...this.fields, ...fields });
  }
}

describe("consoleLogger()", () => {
  it("writes what is of its level or graver", (test) => {
    const cases: readonly (readonly [LogLevel | undefined, readonly string[]])[] = [
      ["debug", ["debug", "info", "warn", "error"]],
      [undefined, ["info", "warn", "error"]],
      ["warn", ["warn", "error"]],
      ["error", ["error"]],
      ["silent", []],
    ];
    for (const [level, expected] of cases) {
      const written: unknown[] = [];
      const mocks = METHODS.map((method) =>
        test.mock.method(console, method, (...words: unknown[]) => written.push(words)),
      );
      const logger = consoleLogger(level);
      for (const method of METHODS) logger[method](method, 1);
      for (const { mock } of mocks) mock.restore();
      assert.deepEqual(
        written,
        expected.map((method) => [method, 1]),
      );
    }
  });
});

describe("createRunLogger()", () => {
  it("is silent while finished steps are replayed, and writes with the run's fields after", () => {
    const lines: string[] = [];
    let isReplaying = true;
    const logger = createRunLogger(
      new LibraryLogger(lines),
      { isReplaying: () => isReplaying },
      { runId: "r1" },
    );
    for (const method of METHODS) logger[method]("early");
    logger.child?.({ part: 1 }).info("early");
    assert.deepEqual(lines, []);
    isReplaying = false;
    for (const method of METHODS) logger[method]("late");
    logger.child?.({ part: 1 }).info("late");
    assert.deepEqual(lines, [
      ...METHODS.map((method) => `${method} late {"runId":"r1"}`),
      'info late {"runId":"r1","part":1}',
    ]);
  });

  it("writes without fields where the logger can have no children", () => {
    const words: unknown[] = [];
    const write = (...more: readonly unknown[]): void => void words.push(...more);
    const plain = { debug: write, info: write, warn: write, error: write };
    createRunLogger(plain, { isReplaying: () => false }, { runId: "r1" }).info("said");
    assert.deepEqual(words, ["said"]);
  });
});

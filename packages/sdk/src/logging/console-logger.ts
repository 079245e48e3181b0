import type { Logger } from "./contract.ts";

/** From the most to the least that is said. */
const LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

export type LogLevel = (typeof LEVELS)[number];

/** A logger that writes to the console whatever is of `level` or graver; `silent` writes nothing. */
export function consoleLogger(level: LogLevel = "info"): Logger {
  const write =
    (own: Exclude<LogLevel, "silent">) =>
    (...words: readonly unknown[]): void => {
      if (LEVELS.indexOf(own) >= LEVELS.indexOf(level)) console[own](...words);
    };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

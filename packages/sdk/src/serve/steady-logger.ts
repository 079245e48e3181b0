import type { Logger } from "../logging/contract.ts";

/** A logger that never throws: one that an author brought may, and no request fails for that. */
export function steadyLogger(logger: Logger): Logger {
  const steady =
    (level: "debug" | "info" | "warn" | "error") =>
    (...words: readonly unknown[]): void => {
      try {
        logger[level](...words);
      } catch {
        // There is nobody left to tell.
      }
    };
  return { debug: steady("debug"), info: steady("info"), warn: steady("warn"), error: steady("error") };
}

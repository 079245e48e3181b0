import type { Logger } from "./contract.ts";

/**
 * The logger of one run: silent while finished steps are replayed, so that each line of a handler is written once. Where
 * the logger can have children it is one with these `fields`.
 */
export function createRunLogger(
  logger: Logger,
  replay: { readonly isReplaying: () => boolean },
  fields: Readonly<Record<string, unknown>>,
): Logger {
  const own = logger.child?.(fields) ?? logger;
  const unlessReplaying = (write: (words: readonly unknown[]) => void) => {
    return (...words: readonly unknown[]): void => {
      if (!replay.isReplaying()) write(words);
    };
  };
  // Called as methods: common loggers read their settings from `this`.
  return {
    debug: unlessReplaying((words) => own.debug(...words)),
    info: unlessReplaying((words) => own.info(...words)),
    warn: unlessReplaying((words) => own.warn(...words)),
    error: unlessReplaying((words) => own.error(...words)),
    child: (more) => createRunLogger(own, replay, more),
  };
}

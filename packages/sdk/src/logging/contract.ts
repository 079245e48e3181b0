/** Where log lines go. The console fits, and so do the common logging libraries. */
export interface Logger {
  debug(...words: readonly unknown[]): void;
  info(...words: readonly unknown[]): void;
  warn(...words: readonly unknown[]): void;
  error(...words: readonly unknown[]): void;
  /** Gives a logger of one run, when there is such a thing. */
  child?(fields: Readonly<Record<string, unknown>>): Logger;
}

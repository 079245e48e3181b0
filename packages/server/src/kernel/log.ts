import { pino } from "pino";

/** Structured log: facts first, then a sentence. Payloads and secrets never go in. */
export interface Log {
  debug(facts: Readonly<Record<string, unknown>>, message: string): void;
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
  error(facts: Readonly<Record<string, unknown>>, message: string): void;
}

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** JSON lines on a stream (stderr unless another is named): `ts level msg …`. */
export function createLog(level: LogLevel, destination: { write(line: string): void } = process.stderr): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [
          "*.authorization",
          "*.signature",
          "*.key",
          "*.secret",
          "authorization",
          "signature",
          "key",
          "secret",
        ],
        censor: "[redacted]",
      },
    },
    destination,
  );
}

/** A log that keeps nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

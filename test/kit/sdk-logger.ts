import { inspect } from "node:util";

type Write = (...words: readonly unknown[]) => void;

/** A logger as both SDKs want one: debug and info are dropped, the rest becomes lines. */
export function createSdkLogger(log: (line: string) => void): {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
} {
  const keep =
    (level: string): Write =>
    (...words) =>
      log(
        `${level}: ${words.map((word) => (typeof word === "string" ? word : inspect(word, { depth: 4 }))).join(" ")}`,
      );
  return { debug() {}, info() {}, warn: keep("warn"), error: keep("error") };
}

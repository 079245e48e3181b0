import type { Exchange } from "./exchange.ts";

/** What one question is: what for, where, and with what. */
export type Question = Pick<Exchange, "purpose" | "path" | "method" | "body">;

/** Ways to ask a server that is known, with the key it wants. Both throw a `HoldfastError` as `request` does. */
export interface Asking {
  /** The whole answer: anything that is JSON. */
  readonly answer: (question: Question) => Promise<unknown>;
  /** The `data` of the answer, whose shape is the server's promise: only the envelope is checked. */
  readonly data: <T>(question: Question) => Promise<T>;
  /** The answer's bytes as they come. */
  readonly stream: (question: Question) => Promise<ReadableStream<Uint8Array>>;
}

/** Parts of a path, each as one segment. */
export function path(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}

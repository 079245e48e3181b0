import type { Digest } from "@holdfast/protocol";

/** A timer that was set. */
export interface Timer {
  cancel(): void;
}

/**
 * Everything outside the SDK that it touches, handed in: the clock, chance, the network, the environment. The real ones
 * are in this room and nowhere else; tests and the test engine bring their own.
 */
export interface World {
  /** Unix milliseconds. */
  now(): number;
  after(ms: number, act: () => void): Timer;
  random(bytes: number): Uint8Array;
  readonly digest: Digest;
  readonly fetch: typeof fetch;
  /** The process's environment. Read once, when a client is made; never kept whole and never printed. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

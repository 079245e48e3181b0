/** What sealing needs of the world around it. */
export interface SealingWorld {
  /** Unix milliseconds. */
  now(): number;
  /** Bytes that nobody can foretell. */
  random(byteCount: number): Uint8Array;
}

/** The platform's clock and chance, as every runtime of the web has them. */
export const platformWorld: SealingWorld = {
  now: () => Date.now(),
  random: (byteCount) => crypto.getRandomValues(new Uint8Array(byteCount)),
};

import type { Digest } from "./digest.ts";

/** A riddle that costs a browser a moment, and somebody who tries a thousand passwords a thousand of them. */
export interface WorkChallenge {
  /** What the proof begins with. */
  readonly text: string;
  /** How many bits of the proof's SHA-256 have to be zero at its front. */
  readonly bits: number;
}

/** Whether a proof carries the work: its SHA-256 begins with so many zero bits (Back, Hashcash, 2002). Pure. */
export function isWorkDone(proof: string, bits: number, digest: Digest): boolean {
  const hex = digest.sha256Hex(proof);
  const whole = Math.floor(bits / 4);
  if (!hex.startsWith("0".repeat(whole))) return false;
  return bits % 4 === 0 || Number.parseInt(hex[whole] ?? "f", 16) < 2 ** (4 - (bits % 4));
}

/**
 * Looks for a proof among the next numbers. Pure.
 *
 * @param from the first number that is tried, and `count` how many: the caller does something else in between
 * @returns the proof, or null: it is none of these
 */
export function findWorkProof(
  { bits, text }: WorkChallenge,
  digest: Digest,
  from: number,
  count: number,
): string | null {
  for (let number = from; number < from + count; number += 1) {
    const proof = `${text}.${number}`;
    if (isWorkDone(proof, bits, digest)) return proof;
  }
  return null;
}

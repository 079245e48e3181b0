import type { Digest } from "@holdfast/protocol";
import type { Random } from "#kernel";

/** How many codes somebody gets at once. */
const COUNT = 10;
/** Without letters and digits that are read for one another (RFC 4648, 6, and without O and I's likes). */
const ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
const GROUPS = 6;
const GROUP_CHARS = 4;

/**
 * New codes, each of 118 bits: so many that a slow hash would protect nothing more, and SHA-256 at rest is enough. They are
 * shown once.
 */
export function makeRecoveryCodes(random: Random, count = COUNT): readonly string[] {
  return Array.from({ length: count }, () => Array.from({ length: GROUPS }, () => letters(random)).join("-"));
}

/** What is kept of a code. However it was typed, dashes and case do not matter. Pure. */
export function recoveryHash(code: string, digest: Digest): string {
  return digest.sha256Hex(`holdfast recovery code: ${code.toLowerCase().replaceAll(/[^0-9a-z]/g, "")}`);
}

/** Bytes above the last multiple are thrown away: each letter is as likely as any other. */
function letters(random: Random): string {
  let text = "";
  while (text.length < GROUP_CHARS)
    for (const byte of random.bytes(16))
      if (byte < 248 && text.length < GROUP_CHARS) text += ALPHABET[byte % ALPHABET.length] ?? "";
  return text;
}

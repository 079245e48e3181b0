import { totpCode } from "../../packages/server/src/identity/totp/totp.ts";

const STEP_MS = 30_000;

/**
 * What an authenticator app shows for a secret, as people type it.
 *
 * @param ahead steps from now: each code counts once, and one may be a step early
 */
export function codeOf(secret: string, ahead = 0): string {
  return totpCode(fromBase32(secret), Math.floor(Date.now() / STEP_MS) + ahead);
}

/** RFC 4648, 6. */
function fromBase32(text: string): Buffer {
  const bits = Array.from(text)
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

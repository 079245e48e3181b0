import { createHmac, timingSafeEqual } from "node:crypto";

/** What authenticator apps agree on (RFC 6238 with the defaults of the otpauth URI). */
const STEP_MS = 30_000;
const DIGITS = 6;
/** Clocks of phones are off by so many steps, either way. */
const DRIFT_STEPS = 1;
/** 160 bits, as RFC 4226, 4 recommends. */
export const TOTP_SECRET_BYTES = 20;

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code of a time step (RFC 4226, 5.3). Pure. */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/**
 * The time step whose code this is, or null. A step is taken once, and none that is older than the last that was: a code that
 * somebody read over a shoulder is of no use (RFC 6238, 5.2). Pure; Unix ms.
 *
 * @param lastStep the last step whose code was taken; -1: none yet
 */
export function checkTotp(secret: Uint8Array, code: string, lastStep: number, nowMs: number): number | null {
  const digits = code.replaceAll(/\s/g, "");
  if (!/^\d{6}$/.test(digits)) return null;
  const current = Math.floor(nowMs / STEP_MS);
  let found: number | null = null;
  for (let step = current - DRIFT_STEPS; step <= current + DRIFT_STEPS; step++) {
    const isSame = timingSafeEqual(Buffer.from(totpCode(secret, step)), Buffer.from(digits));
    if (isSame && step > lastStep && found === null) found = step;
  }
  return found;
}

/** A secret as authenticator apps take it when it is typed (RFC 4648, 6, without padding). Pure. */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(held >>> bits) & 31] ?? "";
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + (BASE32[(held << (5 - bits)) & 31] ?? "") : text;
}

/** What a QR code for an authenticator app holds. Pure. */
export function totpUri(secret: Uint8Array, account: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`;
}

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/**
 * Signatures and bearer tokens of the wire protocol (sections 3.2 and 3.3), written apart from the product:
 * the limit must not become faster or slower because the product's own code did.
 */

/** The key without its `signkey-<env>-` prefix: HMAC is keyed with this text as it stands. */
export function keyText(signingKey: string): string {
  return signingKey.replace(/^signkey-\w+-/, "");
}

/** `t=<seconds>&s=<hex>` over the body and the time. */
export function signBody(key: string, body: string | Buffer, nowMs: number): string {
  const seconds = String(Math.floor(nowMs / 1000));
  return `t=${seconds}&s=${createHmac("sha256", key).update(body).update(seconds).digest("hex")}`;
}

const WINDOW_SECONDS = 300;

/** Whether the header signs exactly these bytes with this key, inside the time window. */
export function isSigned(key: string, body: string | Buffer, header: string, nowMs: number): boolean {
  const separator = header.indexOf("&s=");
  if (!header.startsWith("t=") || separator === -1) return false;
  const seconds = header.slice(2, separator);
  if (!(Math.abs(nowMs / 1000 - Number(seconds)) <= WINDOW_SECONDS)) return false;
  const expected = createHmac("sha256", key).update(body).update(seconds).digest("hex");
  const given = header.slice(separator + 3);
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

/** What an app or a client puts behind `Authorization: Bearer`. */
export function bearerOf(signingKey: string): string {
  const text = keyText(signingKey);
  const prefix = signingKey.slice(0, signingKey.length - text.length);
  return prefix + createHash("sha256").update(Buffer.from(text, "hex")).digest("hex");
}

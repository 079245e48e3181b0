/**
 * Keys and tokens of Holdfast's own making: `hf_<kind>_<environment>_<body><check>`. The check lets a scanner drop what only
 * looks like one, and the server refuse a mistyped one before it looks anything up.
 */
export type TokenKind = "event" | "op" | "svc" | "scim";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 62^30 is 178 bits. */
const BODY_CHARS = 30;
const CHECK_CHARS = 6;
const ENVIRONMENT_CHARS = 8;

/** What scanners look for. One that matches and passes `readToken` is, but for one in four billion, a real one. */
export const TOKEN_PATTERN = /\bhf_(?:event|op|svc|scim)_[a-z0-9]{1,8}_[0-9A-Za-z]{36}\b/;

/**
 * A new token.
 *
 * @param environment name of the environment it is for; null: for the installation
 * @param random fresh random bytes, as many as asked for
 */
export function makeToken(
  kind: TokenKind,
  environment: string | null,
  random: (count: number) => Uint8Array,
): string {
  const place =
    environment === null ? "org" : environment.replaceAll(/[^a-z0-9]/g, "").slice(0, ENVIRONMENT_CHARS);
  const text = `hf_${kind}_${place}_${bodyOf(random)}`;
  return text + checkOf(text);
}

/** What kind of token a text is, or null for what is none or was mistyped. Whether it is good here is another question. */
export function readToken(text: string): { readonly kind: TokenKind; readonly environment: string } | null {
  const match = /^hf_(?<kind>event|op|svc|scim)_(?<environment>[a-z0-9]{1,8})_[0-9A-Za-z]{36}$/.exec(text);
  const end = text.length - CHECK_CHARS;
  if (match === null || checkOf(text.slice(0, end)) !== text.slice(end)) return null;
  // The pattern has these two.
  const { environment, kind } = match.groups as { readonly kind: TokenKind; readonly environment: string };
  return { kind, environment };
}

/** As much of a token as may be shown: enough to know it again. */
export function shownToken(text: string): string {
  const start = text.slice(0, text.length - BODY_CHARS - CHECK_CHARS + 4);
  return readToken(text) === null ? `${text.slice(0, 4)}…` : `${start}…`;
}

/** Bytes above the last multiple of 62 are thrown away: each character is as likely as any other. */
function bodyOf(random: (count: number) => Uint8Array): string {
  let body = "";
  while (body.length < BODY_CHARS) {
    for (const byte of random(BODY_CHARS)) {
      if (byte < 248 && body.length < BODY_CHARS) body += BASE62[byte % 62];
    }
  }
  return body;
}

function checkOf(text: string): string {
  let left = crc32(text);
  let check = "";
  for (let count = 0; count < CHECK_CHARS; count++) {
    check = (BASE62[left % 62] ?? "") + check;
    left = Math.floor(left / 62);
  }
  return check;
}

/** CRC-32 (ISO 3309) of ASCII text. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let index = 0; index < text.length; index++) {
    crc ^= text.charCodeAt(index);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

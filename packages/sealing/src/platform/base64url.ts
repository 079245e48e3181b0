const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Map(ALPHABET.split("").map((letter, value) => [letter, value]));

/** Bytes as base64url without padding (RFC 4648 section 5). */
export function toBase64url(bytes: Uint8Array): string {
  if (typeof Buffer === "function") {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
  }
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const group = (first << 16) | (second << 8) | third;
    const letters = [18, 12, 6, 0].map((shift) => ALPHABET.charAt((group >> shift) & 63)).join("");
    text += letters.slice(0, Math.min(bytes.length - at, 3) + 1);
  }
  return text;
}

/**
 * The bytes of base64url text, or null for text that no writer makes: another alphabet, padding, a length that cannot
 * be, or bits set past the end. One value has one text, so that nobody can write a second form of the same envelope.
 */
export function fromBase64url(text: string): Uint8Array | null {
  const bytes = typeof Buffer === "function" ? new Uint8Array(Buffer.from(text, "base64url")) : decode(text);
  return bytes !== null && toBase64url(bytes) === text ? bytes : null;
}

function decode(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  let bitCount = 0;
  let length = 0;
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) return null;
    held = ((held << 6) | value) & 0xfff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[length++] = (held >> bitCount) & 0xff;
  }
  return bytes;
}

const HEX_PAIR_CHARS = 2;
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The bytes that an even number of hex digits stands for. What is not hex becomes zero: check before. */
export function hexBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / HEX_PAIR_CHARS);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(hex.slice(index * HEX_PAIR_CHARS, (index + 1) * HEX_PAIR_CHARS), 16);
  }
  return bytes;
}

/** Base64 with padding (RFC 4648, 4). */
export function base64(bytes: Uint8Array): string {
  const text = encoded(bytes, BASE64);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** Base64 for URLs, without padding (RFC 4648, 5). */
export function base64Url(bytes: Uint8Array): string {
  return encoded(bytes, BASE64_URL);
}

/** The bytes of base64 for URLs without padding, or null for what is not exactly that: bits left over must be zero. */
export function base64UrlBytes(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const char of text) {
    const value = BASE64_URL.indexOf(char);
    if (value < 0) return null;
    held = (held << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
    held &= (1 << bits) - 1;
  }
  return bits < 6 && held === 0 ? bytes : null;
}

function encoded(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += alphabet.charAt(held >> bits);
      held &= (1 << bits) - 1;
    }
  }
  return bits === 0 ? text : text + alphabet.charAt(held << (6 - bits));
}

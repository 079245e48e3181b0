/** One for all: in browsers making one costs about as much as using it. */
const encoder = new TextEncoder();

/** Text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** One for all: in browsers making one costs about as much as using it. */
const encoder = new TextEncoder();

/** Text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Writes text into bytes. Answers how many it took, or null when there was too little room for all of it. */
export function utf8Into(text: string, bytes: Uint8Array): number | null {
  const { read, written } = encoder.encodeInto(text, bytes);
  return read < text.length ? null : written;
}

/** How lengths are blurred: by Padmé, or not at all. */
export type Padding = "padme" | "off";

/** The smallest padded length: true, false, null and most numbers look alike. */
const BYTES_MIN = 64;

/**
 * How long a plain text of so many bytes is made before it is sealed. Padmé (Nikitin and others, 2019, section 4):
 * lengths keep only their leading bits, so that a length of n tells about log log n bits, for at most 12 % more.
 *
 * @example
 * ```ts
 * paddedLength(5, "padme") // → 64
 * paddedLength(1000, "padme") // → 1024
 * ```
 */
export function paddedLength(length: number, padding: Padding): number {
  if (padding === "off") return length;
  if (length <= BYTES_MIN) return BYTES_MIN;
  const exponent = Math.floor(Math.log2(length));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - kept);
  return Math.ceil(length / step) * step;
}

/** JSON text as UTF-8 with blanks after it, which no reader of JSON minds. */
export function paddedText(json: string, padding: Padding): Uint8Array {
  const bytes = new TextEncoder().encode(json);
  const length = paddedLength(bytes.length, padding);
  if (length === bytes.length) return bytes;
  const padded = new Uint8Array(length).fill(0x20, bytes.length);
  padded.set(bytes);
  return padded;
}

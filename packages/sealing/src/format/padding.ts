import { utf8, utf8Into } from "../platform/utf8.ts";

/** How lengths are blurred: by Padmé, or not at all. */
export type Padding = "padme" | "off";

/** The smallest padded length: true, false, null and most numbers look alike. */
const BYTES_MIN = 64;
const BLANK = 0x20;

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

/** Empty bytes around a text. */
export interface Room {
  readonly before: number;
  readonly after: number;
}

/** JSON text as UTF-8 with blanks after it, which no reader of JSON minds. */
export function paddedText(json: string, padding: Padding): Uint8Array {
  return paddedWithin(json, padding, { before: 0, after: 0 });
}

/** The same in the middle of empty bytes, so that what is made of the text needs no array of its own. */
export function paddedWithin(json: string, padding: Padding, { before, after }: Room): Uint8Array {
  // Most JSON has one byte for each character. Where it has not, its length is known only once it is written.
  const likely = new Uint8Array(before + paddedLength(json.length, padding) + after);
  const end = likely.length - after;
  if (utf8Into(json, likely.subarray(before, before + json.length)) !== null) {
    return likely.fill(BLANK, before + json.length, end);
  }
  const bytes = utf8(json);
  const length = paddedLength(bytes.length, padding);
  const whole = new Uint8Array(before + length + after);
  whole.set(bytes, before);
  return whole.fill(BLANK, before + bytes.length, before + length);
}

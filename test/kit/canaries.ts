import { randomBytes } from "node:crypto";
import { readingsOf } from "./readings.ts";

/**
 * A text that occurs nowhere by chance. It is put where a user's value stands; wherever it is seen afterwards, that value
 * was seen.
 */
export interface Canary {
  /** What it stands for, for messages: `event field`. */
  readonly label: string;
  /** What is put in place of the value: two marks, and between them whatever is written differently when escaped. */
  readonly text: string;
  /** Either betrays the canary, even where the rest was cut off or spelled otherwise. */
  readonly marks: readonly string[];
}

/** A canary that was found. */
export interface Sighting {
  readonly canary: Canary;
  /** How it was written, innermost first: `base64 in gzip`, or `plain`. */
  readonly form: string;
  /** Where it is, or where that begins in which it is. */
  readonly offset: number;
}

const MARK_CHARS = 18;

/** Quotes, a backslash, a line break, letters of two to four bytes, and what URLs and HTML escape. */
const ODD_ONES = `"\\\n/é→😀+%&<`;

/** How many encodings may lie within one another. Base64 of a compressed body with escaped JSON in it is three. */
const DEPTH_MAX = 4;

/** A fresh canary. */
export function createCanary(label: string): Canary {
  const marks = [createMark(), createMark()];
  return { label, text: marks.join(ODD_ONES), marks };
}

/** Letters and digits alone, so that every mark looks the same in JSON, in a URL and in a log. */
function createMark(): string {
  let mark = "";
  while (mark.length < MARK_CHARS)
    mark += randomBytes(32)
      .toString("base64")
      .replaceAll(/[^A-Za-z0-9]/g, "");
  return mark.slice(0, MARK_CHARS);
}

/** How a canary is written in some bytes, or null where it is not. */
export function findCanary(bytes: Uint8Array, canary: Canary): string | null {
  return findCanaries(bytes, [canary])[0]?.form ?? null;
}

/**
 * Finds canaries as they are, and as JSON escapes, percent-encoding, hex, base64 and base64url at every alignment, UTF-16,
 * or gzip, deflate, brotli and zstd may have written them, one in another too. One sighting for each canary.
 */
export function findCanaries(bytes: Uint8Array, canaries: readonly Canary[]): readonly Sighting[] {
  const found = new Map<Canary, Sighting>();
  let layer: readonly Layer[] = [
    {
      bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      forms: [],
      offset: null,
      isStart: true,
    },
  ];
  // Layer by layer, so that a sighting has the shortest of its forms.
  for (let depth = 0; depth <= DEPTH_MAX && layer.length > 0; depth += 1) {
    for (const sighting of sightings(
      layer,
      canaries.filter((canary) => !found.has(canary)),
    )) {
      found.set(sighting.canary, sighting);
    }
    const isDone = depth === DEPTH_MAX || found.size === canaries.length;
    layer = isDone ? [] : layer.flatMap(below);
  }
  return [...found.values()];
}

/** Bytes on which something is looked for, and how they came out of the bytes given. */
interface Layer {
  readonly bytes: Buffer;
  /** Innermost first; empty for the bytes given. */
  readonly forms: readonly string[];
  /** Of what was read first, in the bytes given. */
  readonly offset: number | null;
  readonly isStart: boolean;
}

/** Looks at a whole layer at once: there may be many thousand parts, most of them small. */
function sightings(parts: readonly Layer[], canaries: readonly Canary[]): readonly Sighting[] {
  const starts: number[] = [];
  let length = 0;
  for (const { bytes } of parts) {
    starts.push(length);
    // A byte between two parts, lest the end of one and the beginning of the next make a mark.
    length += bytes.length + 1;
  }
  const whole = Buffer.alloc(length);
  for (const [index, { bytes }] of parts.entries()) bytes.copy(whole, starts[index] ?? 0);

  return canaries.flatMap((canary) => {
    const at = canary.marks.map((mark) => whole.indexOf(mark, 0, "latin1")).find((index) => index !== -1);
    if (at === undefined) return [];
    const index = starts.findLastIndex((start) => start <= at);
    const part = parts[index];
    if (part === undefined) return [];
    const form = part.forms.length === 0 ? "plain" : part.forms.join(" in ");
    return [{ canary, form, offset: part.offset ?? at - (starts[index] ?? 0) }];
  });
}

function below({ bytes, forms, offset, isStart }: Layer): readonly Layer[] {
  const layers: Layer[] = [];
  for (const reading of readingsOf(bytes, isStart)) {
    // What is shorter than a mark holds none.
    if (reading.bytes.length < MARK_CHARS) continue;
    layers.push({
      bytes: reading.bytes,
      forms: [reading.form, ...forms],
      offset: offset ?? reading.offset,
      isStart: reading.isStart,
    });
  }
  return layers;
}

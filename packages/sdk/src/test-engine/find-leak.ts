/** A way in which a text was found. */
export type LeakForm =
  | "plain"
  | "JSON-escaped"
  | "percent-encoded"
  | "base64"
  | "hex"
  /** Inside something that was decoded first. */
  | "nested";

/** How often something may be packed into something else, and still be found. */
const DEPTH_MAX = 4;
/** Runs of letters shorter than this are not tried as base64 or hex: nearly every word would be. */
const RUN_CHARS_MIN = 8;

/**
 * Searches a text for a marked one, in whatever form it may have got there: as it is (in any case of ASCII letters), with
 * JSON escapes, percent-encoded, as base64 or base64url at any alignment, as hex, or in several of these inside one another.
 *
 * @returns the form in which it was found, or null
 */
export function findLeak(text: string, canary: string): LeakForm | null {
  const encoded = encodedForms(canary);
  return search(text, canary.toLowerCase(), encoded, 0, new Set());
}

function search(
  text: string,
  wanted: string,
  encoded: EncodedForms,
  depth: number,
  seen: Set<string>,
): LeakForm | null {
  if (seen.has(text)) return null;
  seen.add(text);
  const lower = text.toLowerCase();
  if (lower.includes(wanted)) return "plain";
  if (encoded.base64.some((part) => text.includes(part))) return "base64";
  if (lower.includes(encoded.hex)) return "hex";
  if (depth === DEPTH_MAX) return null;
  for (const [form, decoded] of decodings(text)) {
    const found = search(decoded, wanted, encoded, depth + 1, seen);
    if (found !== null) return found === "plain" ? form : "nested";
  }
  return null;
}

interface EncodedForms {
  /** What is the same in each base64 text that holds the canary, whatever stands beside it: one for each alignment. */
  readonly base64: readonly string[];
  readonly hex: string;
}

function encodedForms(canary: string): EncodedForms {
  const bytes = new TextEncoder().encode(canary);
  const aligned = [0, 1, 2].map((before) => alignedBase64(bytes, before));
  return {
    base64: [...aligned, ...aligned.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))],
    hex: [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
  };
}

/** The characters of base64 that the bytes alone decide when so many others stand before them. */
function alignedBase64(bytes: Uint8Array, before: number): string {
  const padded = new Uint8Array(before + bytes.length);
  padded.set(bytes, before);
  const text = btoa(String.fromCharCode(...padded));
  // Characters of 6 bits: those that share bits with what stands before or after are left out.
  return text.slice(Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6));
}

/** What a text says once something is unpacked in it. */
function* decodings(text: string): Generator<readonly [LeakForm, string]> {
  if (text.includes("\\")) yield ["JSON-escaped", unescapeJson(text)];
  if (text.includes("%")) yield ["percent-encoded", unescapePercent(text)];
  for (const [run] of text.matchAll(BASE64_RUN)) {
    const bytes = bytesOfBase64(run);
    if (bytes !== null) yield ["base64", utf8(bytes)];
  }
  for (const [run] of text.matchAll(HEX_RUN)) yield ["hex", utf8(bytesOfHex(run))];
}

const BASE64_RUN = new RegExp(`[A-Za-z0-9+/_-]{${RUN_CHARS_MIN},}`, "g");
const HEX_RUN = new RegExp(`(?:[0-9a-fA-F]{2}){${RUN_CHARS_MIN / 2},}`, "g");

function unescapeJson(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_whole, code?: string, char?: string) =>
    code === undefined
      ? (SHORT_ESCAPES[char ?? ""] ?? char ?? "")
      : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** A `+` is a space in forms, and itself elsewhere: as a space it is tried where percent signs are. */
function unescapePercent(text: string): string {
  return text
    .replaceAll("+", " ")
    .replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (run) => utf8(bytesOfHex(run.replaceAll("%", ""))));
}

function bytesOfBase64(run: string): Uint8Array | null {
  const standard = run.replaceAll("-", "+").replaceAll("_", "/");
  try {
    const whole = standard.slice(0, standard.length - (standard.length % 4 === 1 ? 1 : 0));
    return Uint8Array.from(atob(whole), (char) => char.charCodeAt(0));
  } catch {
    // Not every run of letters is base64.
    return null;
  }
}

function bytesOfHex(run: string): Uint8Array {
  return Uint8Array.from({ length: run.length / 2 }, (_, index) =>
    Number.parseInt(run.slice(2 * index, 2 * index + 2), 16),
  );
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

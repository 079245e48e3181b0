/** What newer platforms have of base64, and the types of older ones do not know. */
interface NativeBytes {
  readonly toBase64?: (options: { readonly alphabet: "base64url"; readonly omitPadding: true }) => string;
}
interface NativeArray {
  readonly fromBase64?: (text: string, options: { readonly alphabet: "base64url" }) => Uint8Array;
}

/** So many bytes become arguments of one call: no engine takes any number of them. */
const CHUNK_BYTES = 8192;

/** Bytes as base64url without padding (RFC 4648 section 5). */
export function toBase64url(bytes: Uint8Array): string {
  // The member is there or not; it is called only where it is.
  const native = bytes as NativeBytes;
  if (native.toBase64 !== undefined) return native.toBase64({ alphabet: "base64url", omitPadding: true });
  if (typeof Buffer === "function") {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
  }
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * The bytes of base64url text, or null for text that no writer makes: another alphabet, padding, a length that cannot
 * be, or bits set past the end. One value has one text, so that nobody can write a second form of the same envelope.
 */
export function fromBase64url(text: string): Uint8Array | null {
  const bytes = decode(text);
  return bytes !== null && toBase64url(bytes) === text ? bytes : null;
}

/** Reads what it can; whether that was all, and in the one right form, is for the caller to find out. */
function decode(text: string): Uint8Array | null {
  // As above.
  const native = Uint8Array as NativeArray;
  try {
    if (native.fromBase64 !== undefined) return native.fromBase64(text, { alphabet: "base64url" });
    if (typeof Buffer === "function") return new Uint8Array(Buffer.from(text, "base64url"));
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
    return bytes;
  } catch {
    // Letters of no alphabet, or a length that cannot be.
    return null;
  }
}

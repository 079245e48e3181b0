import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";

export type DecodeResult =
  | { readonly kind: "decoded"; readonly text: string }
  | { readonly kind: "too_large" }
  | { readonly kind: "unknown_encoding" }
  | { readonly kind: "damaged" };

/** Whether a body with this `content-encoding` can be read as it stands. */
export function isPlain(encoding: string | undefined): boolean {
  return encoding === undefined || encoding === "" || encoding.toLowerCase() === "identity";
}

/**
 * Decodes a compressed body to UTF-8 text. Stops as soon as the output passes `bytesMax`, so that a small body that
 * unpacks to gigabytes costs no more than the limit. Encodings inside encodings are refused: nobody needs them, and
 * each layer would multiply what a sender can make us do.
 */
export function decodeBody(body: Buffer, encoding: string, bytesMax: number): Promise<DecodeResult> {
  const decoder = decoderOf(encoding.trim().toLowerCase(), body);
  if (decoder === undefined) return Promise.resolve({ kind: "unknown_encoding" });
  if (body.length === 0) return Promise.resolve({ kind: "decoded", text: "" });
  // The decoders take no limit below one byte; an answer that may hold nothing had a body.
  if (bytesMax < 1) return Promise.resolve({ kind: "too_large" });
  return new Promise((resolve) => {
    decoder(body, { maxOutputLength: bytesMax }, (error, output) => {
      if (error === null) resolve({ kind: "decoded", text: output.toString("utf8") });
      else resolve({ kind: isOverflow(error) ? "too_large" : "damaged" });
    });
  });
}

function decoderOf(encoding: string, body: Buffer): typeof gunzip | undefined {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return gunzip;
    case "br":
      return brotliDecompress;
    case "deflate":
      return hasZlibHeader(body) ? inflate : inflateRaw;
    default:
      return undefined;
  }
}

/** RFC 9110 section 8.4.1.2 means zlib by "deflate"; some senders leave its header away (RFC 1950 section 2.2). */
function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && (body.readUInt8(0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

function isOverflow(error: Error): boolean {
  return "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}

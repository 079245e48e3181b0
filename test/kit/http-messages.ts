import { brotliDecompressSync, constants, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";

/** One HTTP/1.1 message of a recorded stream. */
export interface HttpMessage {
  /** Where it begins in the stream. */
  readonly offset: number;
  /** Request line or status line. */
  readonly line: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without chunks and content encodings. */
  readonly body: Buffer;
  /** Whether the body stands in the stream as it is. */
  readonly isPlain: boolean;
}

const HEAD_END = "\r\n\r\n";

/**
 * Reads the messages of one direction of a connection (RFC 9112). What was cut off is given as far as it goes, and what is
 * no HTTP is left out: the stream itself still has it.
 */
export function readMessages(stream: Buffer): readonly HttpMessage[] {
  const messages: HttpMessage[] = [];
  for (let offset = 0; offset < stream.length;) {
    const headEnd = stream.indexOf(HEAD_END, offset, "latin1");
    if (headEnd === -1) break;
    const [line = "", ...fields] = stream.toString("latin1", offset, headEnd).split("\r\n");
    if (!/^(HTTP\/1\.\d \d{3}|[A-Z]+ \S+ HTTP\/1\.\d$)/.test(line)) break;
    const headers = readHeaders(fields);
    const rest = stream.subarray(headEnd + HEAD_END.length);
    const { framed, length } = readBody(rest, line, headers);
    const body = decoded(framed, headers["content-encoding"]);
    messages.push({ offset, line, headers, body, isPlain: body === framed && framed.length === length });
    offset = headEnd + HEAD_END.length + length;
  }
  return messages;
}

function readHeaders(fields: readonly string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(":");
    headers[field.slice(0, colon).trim().toLowerCase()] = field.slice(colon + 1).trim();
  }
  return headers;
}

interface Framed {
  readonly framed: Buffer;
  /** What the body takes in the stream. */
  readonly length: number;
}

function readBody(rest: Buffer, line: string, headers: Readonly<Record<string, string>>): Framed {
  if (/\bchunked\b/i.test(headers["transfer-encoding"] ?? "")) return readChunks(rest);
  const stated = headers["content-length"];
  if (stated !== undefined) {
    // An answer to HEAD states a length and has no body: then the next message's line stands here.
    const isBodiless = rest.subarray(0, 7).toString("latin1") === "HTTP/1.";
    const framed = isBodiless ? Buffer.alloc(0) : rest.subarray(0, Number(stated));
    return { framed, length: framed.length };
  }
  const hasNone = !line.startsWith("HTTP/") || /^HTTP\/1\.\d (1\d\d|204|304)/.test(line);
  const framed = hasNone ? Buffer.alloc(0) : rest;
  return { framed, length: framed.length };
}

function readChunks(rest: Buffer): Framed {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf("\r\n", at, "latin1");
    if (lineEnd === -1) return { framed: Buffer.concat(chunks), length: rest.length };
    const size = Number.parseInt(rest.toString("latin1", at, lineEnd), 16);
    if (!(size > 0)) {
      // Trailers, which end as a head does; mostly there are none.
      const end = rest.indexOf(HEAD_END, lineEnd, "latin1");
      return { framed: Buffer.concat(chunks), length: end === -1 ? rest.length : end + HEAD_END.length };
    }
    chunks.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

/** The same buffer where there is no encoding, or one that is not known. */
function decoded(body: Buffer, encodings: string | undefined): Buffer {
  let plain = body;
  // The last was applied last.
  for (const encoding of (encodings ?? "").split(",").toReversed())
    plain = withoutEncoding(plain, encoding.trim());
  return plain;
}

function withoutEncoding(body: Buffer, encoding: string): Buffer {
  const options = { finishFlush: constants.Z_SYNC_FLUSH };
  switch (encoding.toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return gunzipSync(body, options);
    case "deflate":
      return inflateSync(body, options);
    case "br":
      return brotliDecompressSync(body, { finishFlush: constants.BROTLI_OPERATION_FLUSH });
    case "zstd":
      return zstdDecompressSync(body, { finishFlush: constants.ZSTD_e_flush });
    default:
      return body;
  }
}

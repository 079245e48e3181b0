import type { IncomingMessage } from "node:http";
import { canonicalJson, HoldfastError } from "@holdfast/protocol";
import { joined, tooLarge } from "./web-body.ts";

/** A request of Node's, with what frameworks and platforms may have put on it. */
export interface NodeRequest extends IncomingMessage {
  /** The target before a router took its part of the path away. */
  readonly originalUrl?: string;
  /** What a body parser made of the body. */
  readonly body?: unknown;
  /** The body's bytes, where somebody kept them. */
  readonly rawBody?: unknown;
}

/**
 * The bytes of a request's body: as they arrive when nobody has read them, as they were kept when somebody did, and else
 * written again from what a body parser made of them. The last are the bytes that were sent if they were canonical JSON,
 * which the server sends; with any other the signature does not fit, and the request is refused.
 *
 * @throws HoldfastError `body_too_large`, `request_invalid` when the body was read and is gone.
 */
export async function readNodeBody(request: NodeRequest, bytesMax: number): Promise<Uint8Array> {
  const { headers } = request;
  if (Number(headers["content-length"] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const isEmpty = Number(headers["content-length"] ?? 0) === 0 && headers["transfer-encoding"] === undefined;
  // Some body parsers make an object of nothing.
  if (isEmpty) return new Uint8Array();
  const bytes = bytesOf(request.rawBody) ?? (await unread(request, bytesMax)) ?? parsed(request.body);
  if (bytes.length > bytesMax) throw tooLarge(bytesMax);
  return bytes;
}

/** Null when the body was read before. */
function unread(request: NodeRequest, bytesMax: number): Promise<Uint8Array> | null {
  if (request.readableDidRead || (request.complete && request.readableEnded)) return null;
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let length = 0;
    const stop = (error: Error): void => {
      request.off("data", take).off("end", end).off("error", stop).off("close", close);
      reject(error);
    };
    const take = (piece: Uint8Array | string): void => {
      // Somebody may have asked for text.
      const bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
      length += bytes.length;
      // What still comes is thrown away by Node once the answer is written; here nothing more is kept.
      if (length > bytesMax) stop(tooLarge(bytesMax));
      else pieces.push(bytes);
    };
    const end = (): void => resolve(joined(pieces, length));
    const close = (): void => stop(new HoldfastError("request_invalid", "The request was broken off."));
    request.on("data", take).on("end", end).on("error", stop).on("close", close);
  });
}

function parsed(body: unknown): Uint8Array {
  if (body === undefined) {
    throw new HoldfastError("request_invalid", "The request's body was read before the SDK could verify it.");
  }
  return bytesOf(body) ?? new TextEncoder().encode(canonicalJson(body));
}

function bytesOf(body: unknown): Uint8Array | null {
  if (body instanceof Uint8Array) return body;
  return typeof body === "string" ? new TextEncoder().encode(body) : null;
}

import { STATUS_CODES } from "node:http";
import { HoldfastError } from "@holdfast/protocol";
import type { ErrorCode } from "@holdfast/protocol";

/** What Node says of a request that is not to be had: its status and a sentence. Anything else is malformed. */
const FRAMING: Readonly<Record<string, readonly [status: number, sentence: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "The request did not arrive in time."],
  HPE_HEADER_OVERFLOW: [431, "The request's headers are too large."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "The request's chunk extensions are too large."],
};
const MALFORMED = [400, "The request is not valid HTTP."] as const;

/** An answer that the door gives by itself. */
export interface DoorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

/**
 * A refusal in the same envelope as every other error. It matters: an SDK takes an answer to its registration for success
 * unless the body itself says `status` (wire-protocol 4.5). Pure.
 */
export function refusal(
  serverKind: "dev" | "cloud",
  [status, code, sentence]: readonly [status: number, code: ErrorCode, sentence: string],
): DoorAnswer {
  const { next } = new HoldfastError(code, sentence);
  const body = JSON.stringify({ code, error: sentence, next, status });
  return {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-security-policy": "frame-ancestors 'none'",
      "x-inngest-server-kind": serverKind,
      "content-length": Buffer.byteLength(body),
      connection: "close",
    },
    body,
  };
}

/** The same for bytes that are no request, as text for the connection: there is nothing else to answer on. Pure. */
export function framingRefusal(serverKind: "dev" | "cloud", errorCode: string | undefined): string {
  const [status, sentence] = FRAMING[errorCode ?? ""] ?? MALFORMED;
  const { body, headers } = refusal(serverKind, [status, "request_invalid", sentence]);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`;
}

import type { EgressFailureCode } from "./contract.ts";
import { EgressRefused } from "./pinned-connect.ts";

/** What went wrong on the wire, as a failure code and the reason to put after the colon. */
export interface NetworkFailure {
  readonly code: EgressFailureCode;
  readonly reason: string;
}

/**
 * Reads an error of the HTTP client. `sent` is whether the request may have reached the app: before, everything is
 * `unreachable`; after, what came back was either not HTTP or the connection broke.
 */
export function classifyFailure(error: unknown, sent: boolean, headArrived: boolean): NetworkFailure {
  if (error instanceof EgressRefused) return { code: "refused", reason: error.message };
  const code = codeOf(error);
  if (!sent) return { code: "unreachable", reason: UNREACHABLE_REASONS[code] ?? describe(error, code) };
  if (isProtocolError(error, code)) return { code: "protocol", reason: "the answer is not valid HTTP/1.1" };
  return {
    code: "reset",
    reason: headArrived
      ? "the connection was closed while the answer was being read"
      : "the connection was closed before an answer arrived",
  };
}

/** Whether a connection that was open died under a request that had not been written to it yet. */
export function isStaleConnection(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET";
}

const UNREACHABLE_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there (ECONNREFUSED)",
  ENOTFOUND: "the host name does not resolve (ENOTFOUND)",
  EAI_AGAIN: "the host name could not be resolved (EAI_AGAIN)",
  EHOSTUNREACH: "there is no route to the host (EHOSTUNREACH)",
  ENETUNREACH: "there is no route to the network (ENETUNREACH)",
  UND_ERR_CONNECT_TIMEOUT: "no connection could be made in time",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself (DEPTH_ZERO_SELF_SIGNED_CERT)",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate chain ends in an unknown authority (SELF_SIGNED_CERT_IN_CHAIN)",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "its certificate is from an unknown authority (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
  CERT_HAS_EXPIRED: "its certificate has expired (CERT_HAS_EXPIRED)",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host name (ERR_TLS_CERT_ALTNAME_INVALID)",
};

/** Errors without a code of their own: the client names them only by their text. */
const PROTOCOL_MESSAGES: ReadonlySet<string> = new Set(["bad upgrade", "bad response"]);

function isProtocolError(error: unknown, code: string): boolean {
  if (!(error instanceof Error)) return false;
  // The client gives its parser's errors a name, and a code only at times. An end of the connection in the middle of
  // a chunked body also comes from the parser, and is told apart by its text.
  if (error.name === "HTTPParserError") return !error.message.includes("Invalid EOF state");
  if (code === "UND_ERR_HEADERS_OVERFLOW") return true;
  return code === "UND_ERR_SOCKET" && PROTOCOL_MESSAGES.has(error.message);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return "";
}

/** A code is safe to show; an error's text may quote what it choked on. */
function describe(error: unknown, code: string): string {
  if (code !== "") return `no connection could be made (${code})`;
  return `no connection could be made (${error instanceof Error ? error.name : "unknown error"})`;
}

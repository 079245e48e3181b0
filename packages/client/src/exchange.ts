import type { ErrorCode } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";

/** What one request to the server needs to know. */
export interface Exchange {
  /** What the caller wants, as it follows "Cannot": `read run "01J…"`. Never holds a key. */
  readonly purpose: string;
  /** Where the server is, without a path: paths may carry an event key and are never shown. */
  readonly origin: string;
  readonly fetch: typeof fetch;
  readonly path: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Until the answer's head, and for `readJson` its body, has arrived. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An answer longer than this in an error message is cut. */
const QUOTE_CHARS_MAX = 300;

/**
 * Makes a request and returns the answer when its status is 2xx.
 *
 * @throws HoldfastError `server_unreachable`, `timed_out`, or what the status means (`unauthenticated`, `forbidden`,
 * `not_found`, `conflict`, otherwise `request_failed`), with `details` `{ status, code?, sentence?, next? }` as the server
 * said them.
 */
export async function request(exchange: Exchange): Promise<Response> {
  const { purpose, origin, path, method, body } = exchange;
  const limits: AbortSignal[] = [];
  if (exchange.signal !== undefined) limits.push(exchange.signal);
  if (exchange.timeoutMs !== undefined) limits.push(AbortSignal.timeout(exchange.timeoutMs));
  const { fetch } = exchange;
  let response: Response;
  try {
    response = await fetch(origin + path, {
      method,
      headers: { ...exchange.headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.any(limits),
      // Cookies of a page go to the page's own server, and to nobody else.
      credentials: "same-origin",
      // A redirect could carry the key to somebody else.
      redirect: "error",
    });
  } catch (error) {
    throw connectionError(exchange, error);
  }
  if (response.ok) return response;
  const text = await response.text().catch(() => "");
  const { code, message, next } = readFailure(text);
  throw new HoldfastError(
    codeOf(response.status),
    `Cannot ${purpose}: ${origin} answered ${response.status}${message === "" ? "" : ` (${message})`}.`,
    {
      details: {
        status: response.status,
        ...(code === null ? {} : { code }),
        ...(message === "" ? {} : { sentence: message }),
        ...(next === null ? {} : { next }),
      },
    },
  );
}

/**
 * Makes a request and reads its answer as JSON; an empty one is null.
 *
 * @throws HoldfastError as `request` does, and `request_failed` when the answer is not JSON.
 */
export async function requestJson(exchange: Exchange): Promise<unknown> {
  const response = await request(exchange);
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw connectionError(exchange, error);
  }
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HoldfastError(
      "request_failed",
      `Cannot ${exchange.purpose}: ${exchange.origin} answered ${response.status} with something that is not JSON.`,
      { cause, details: { status: response.status }, next: "Check that the address is a Holdfast server." },
    );
  }
}

/** What a connection that failed is reported as. An abort by the caller stays the caller's own error. */
export function connectionError(
  exchange: Pick<Exchange, "purpose" | "origin" | "signal">,
  error: unknown,
): unknown {
  if (exchange.signal?.aborted === true) return exchange.signal.reason;
  const { purpose, origin } = exchange;
  if (error instanceof Error && error.name === "TimeoutError") {
    return new HoldfastError("timed_out", `Cannot ${purpose}: ${origin} did not answer in time.`, {
      cause: error,
    });
  }
  return new HoldfastError(
    "server_unreachable",
    `Cannot ${purpose}: ${origin} is not reachable (${reasonOf(error)}).`,
    {
      cause: error,
    },
  );
}

/** The innermost cause has the network's own words: `fetch failed` alone says nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  // A name with several addresses fails with one error for each, and an empty message of its own.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.message === "" ? error.name : error.message;
}

function codeOf(status: number): ErrorCode {
  switch (status) {
    case 401:
      return "unauthenticated";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 409:
      return "conflict";
    default:
      return "request_failed";
  }
}

/** Code and sentence of an error in any of the envelopes a server uses (wire-protocol 1.4), or the text itself. */
function readFailure(text: string): {
  readonly code: string | null;
  readonly message: string;
  readonly next: string | null;
} {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { code: null, message: text.trim().slice(0, QUOTE_CHARS_MAX), next: null };
  }
  const first: unknown = isObject(body) && Array.isArray(body["errors"]) ? body["errors"][0] : body;
  if (!isObject(first)) return { code: null, message: text.slice(0, QUOTE_CHARS_MAX), next: null };
  const inner = isObject(first["error"]) ? first["error"] : first;
  const message =
    [inner["error"], inner["message"]].find((words): words is string => typeof words === "string") ?? "";
  return {
    code: typeof inner["code"] === "string" ? inner["code"] : null,
    message: message.slice(0, QUOTE_CHARS_MAX),
    next: typeof inner["next"] === "string" ? inner["next"].slice(0, QUOTE_CHARS_MAX) : null,
  };
}

/** Whether a value is an object whose members may be read by name. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

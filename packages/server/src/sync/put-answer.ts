import type { EgressOutcome } from "#egress";
import { Header } from "@holdfast/protocol";
import { shownUrl } from "./app-url.ts";

/** What the answer to our PUT means. */
export type PutAnswer =
  /** The registration came with it. Not to be believed before its signature is checked. */
  | { readonly kind: "in_band"; readonly answer: EgressOutcome & { readonly kind: "answered" } }
  /** The app registered by a call of its own, with some server. */
  | { readonly kind: "out_of_band"; readonly modified: boolean }
  | PutFailure;

export interface PutFailure {
  readonly kind: "failed";
  /** Wire-protocol 4.7 and 4.8. */
  readonly code: string;
  readonly message: string;
}

const QUOTE_CHARS_MAX = 200;

/** Failures that an app shows while it starts or reloads, and that are gone a moment later. */
const PASSING: ReadonlySet<string> = new Set([
  "unreachable",
  "not_sdk",
  "url_not_found",
  "internal_server_error",
  "http_not_ok",
]);

/** Whether asking again in a moment may lead to another answer, without anybody changing anything. */
export function mayPass(code: string): boolean {
  return PASSING.has(code);
}

/** Reads the outcome of the PUT to an app (wire-protocol 4.1, 4.7). */
export function readPutAnswer(url: string, outcome: EgressOutcome): PutAnswer {
  if (outcome.kind === "failed") return networkFailure(outcome);
  const { status, headers } = outcome;
  const body = parseObject(outcome.body);
  if (status < 200 || status > 299) return refusal(url, outcome, body);
  if (!isSdk(headers)) {
    return failed("not_sdk", url, `it answered ${status}, but not as an Inngest endpoint. Check the path.`);
  }
  if (headers[Header.syncKind] === "in_band") {
    return { kind: "in_band", answer: outcome };
  }
  // SDKs written for the public specification spell the header otherwise or leave it out; the body tells.
  return { kind: "out_of_band", modified: body?.["modified"] === true };
}

/** Whether an answer was made by an SDK: refused requests lose every header but `sdk-handled`. */
export function isSdk(headers: Readonly<Record<string, string>>): boolean {
  return headers[Header.sdk] !== undefined || headers[Header.sdkHandled] !== undefined;
}

/** What a request that got no answer is called. */
export function networkFailure(outcome: EgressOutcome & { readonly kind: "failed" }): PutFailure {
  // Egress says in full what it tried and why that failed.
  const { message } = outcome;
  switch (outcome.code) {
    case "refused":
      return { kind: "failed", code: "egress_refused", message };
    case "unreachable":
    case "reset":
    case "timed_out":
    case "aborted":
      return { kind: "failed", code: "unreachable", message };
    case "protocol":
      return { kind: "failed", code: "unsupported_protocol", message };
    case "too_large":
      return { kind: "failed", code: "output_too_large", message };
    case "redirect_refused":
      return { kind: "failed", code: "http_not_ok", message };
  }
}

/** What a status that is not 2xx means. */
function refusal(
  url: string,
  outcome: EgressOutcome & { readonly kind: "answered" },
  body: Readonly<Record<string, unknown>> | null,
): PutFailure {
  const { status } = outcome;
  const code =
    typeof body?.["code"] === "string" && /^[a-z0-9_]{1,64}$/.test(body["code"]) ? body["code"] : null;
  const words = [body?.["message"], body?.["error"]].find((text): text is string => typeof text === "string");
  const said = words === undefined ? "" : `: "${quote(words)}"`;
  const handled = isSdk(outcome.headers);
  if (status === 401) {
    // Holdfast's own SDK says this one word and nothing else to whoever it does not know.
    const hint =
      handled || words === "Unauthorized"
        ? " The app's signing key is another one, or a clock is off by more than 5 minutes."
        : "";
    return failed("unauthorized", url, `it answered 401${said}.${hint}`);
  }
  if (status === 403) return failed("forbidden", url, `it answered 403${said}.`);
  if (status === 404) return failed("url_not_found", url, `it answered 404${said}. Check the path.`);
  if (!handled)
    return failed("not_sdk", url, `it answered ${status}, and not as an Inngest endpoint${said}.`);
  if (status === 400)
    return failed(
      code ?? (words?.includes("function") === true ? "invalid_function" : "http_not_ok"),
      url,
      `it answered 400${said}.`,
    );
  if (status === 500)
    return failed("internal_server_error", url, `it answered 500${said}.${whyServerError(code, words)}`);
  return failed(code ?? "http_not_ok", url, `it answered ${status}${said}.`);
}

/** The two causes of a 500 that are the set-up's fault. */
function whyServerError(code: string | null, words: string | undefined): string {
  if (words?.startsWith("Failed to register") === true) {
    return " The app could not reach this server: check its INNGEST_BASE_URL or INNGEST_DEV.";
  }
  if (code === "internal_server_error" && words === undefined) {
    return " An app in production mode without a signing key answers like this: set INNGEST_SIGNING_KEY, or INNGEST_DEV=1 for development.";
  }
  return "";
}

function failed(code: string, url: string, reason: string): PutFailure {
  return { kind: "failed", code, message: `Cannot sync the app at ${shownUrl(url)}: ${reason}` };
}

/** Text of somebody else, fit to stand in a message: one line, no control characters, not long. */
function quote(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu, " ").slice(0, QUOTE_CHARS_MAX);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    // An object's members may be read by name; what they hold is checked where it is used.
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    // Not JSON: the status speaks alone.
    return null;
  }
}

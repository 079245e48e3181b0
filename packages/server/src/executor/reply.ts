import type { Op, SignedAnswer, WireError } from "@holdfast/protocol";
import {
  canonicalJson,
  COVERED_ANSWER_HEADERS,
  Header,
  isHoldfastError,
  parseOps,
  parseRetryAfter,
  parseWireError,
} from "@holdfast/protocol";
import type { EgressOutcome } from "#egress";
import type { Inspection } from "#payloads";
import type { ReportedOp } from "./reported-op.ts";
import { keptError, reportedOps } from "./reported-op.ts";

/** What a call came to, whatever it was on the wire. */
export type Reply =
  | {
      readonly kind: "ops";
      readonly ops: readonly ReportedOp[];
      readonly requestVersion: 1 | 2 | null;
      /** `x-inngest-no-retry: true`: a `StepError` in here is final. */
      readonly noRetry: boolean;
      /** When the app wants to be called again after a `StepError`, Unix ms. */
      readonly retryAt: number | null;
    }
  | { readonly kind: "completed"; readonly output: string; readonly requestVersion: 1 | 2 | null }
  /** The function failed, or the call did: the attempt counts. */
  | {
      readonly kind: "failed";
      readonly error: WireError;
      readonly noRetry: boolean;
      readonly retryAt: number | null;
    };

/** Checks an answer against its signature: null, or why it is not the app's answer to this call. */
export type AnswerCheck = (answer: SignedAnswer, body: string) => string | null;

/** The name of the error that an attempt ends with whose answer was not signed as the app signs. */
export const ANSWER_UNVERIFIED = "answer_unverified";

/** How much of a foreign answer is kept in an error, so that people can see what a proxy said. */
const FOREIGN_BODY_CHARS = 4000;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text, or already parsed where a streamed answer carried JSON. */
  readonly body: { readonly text: string } | { readonly json: unknown };
}

/**
 * Reads the outcome of a call (wire-protocol section 6). Never throws: nonsense is a failed attempt. With a `check`, so is
 * what did not pass it, of which nothing is kept: somebody between us and the app may have written it.
 *
 * @param inspection what the answer may hold; null for anything
 */
export function readReply(
  outcome: EgressOutcome,
  now: number,
  check: AnswerCheck | null = null,
  inspection: Inspection | null = null,
): Reply {
  const { foreign, ...reply } = read(outcome, now, check, inspection);
  if (reply.kind !== "failed" || foreign === undefined || inspection?.withholds === true) return reply;
  const { message = reply.error.message, stack } = foreign;
  return {
    ...reply,
    error: {
      ...reply.error,
      message,
      ...(stack === undefined ? {} : { stack: stack.slice(0, FOREIGN_BODY_CHARS) }),
    },
  };
}

/** A reply in our own words, and beside it those of whoever answered, which may be shown in their place. */
type Told = Reply & { readonly foreign?: { readonly message?: string; readonly stack?: string } };

function read(
  outcome: EgressOutcome,
  now: number,
  check: AnswerCheck | null,
  inspection: Inspection | null,
): Told {
  if (outcome.kind === "failed") return transportFailure(outcome);
  const answer = outcome.status === 201 ? streamed(outcome, check) : plain(outcome, check);
  if ("kind" in answer) return answer;
  return answer.status >= 200 && answer.status < 300
    ? readSuccess(answer)
    : readFailure(answer, now, inspection);

  function readSuccess(good: Answer): Told {
    if (!isFromSdk(good)) return notAnSdk(good);
    const requestVersion = versionOf(good);
    const noRetry = good.headers[Header.noRetry] === "true";
    const json = bodyJson(good);
    if (good.status === 206) {
      if (!json.ok)
        return failed("InvalidResponse", "error reading generator opcode response: the body is not JSON", {
          message: `error reading generator opcode response: ${json.reason}`,
          stack: textOf(good),
        });
      if (json.value === null || json.value === undefined) {
        return failed("InvalidResponse", "error reading generator opcode response: the body is empty");
      }
      try {
        const ops = inspected(parseOps(json.value));
        if ("refused" in ops) return refused(ops.refused);
        return { kind: "ops", ops: reportedOps(ops), requestVersion, noRetry, retryAt: retryAtOf(good, now) };
      } catch (error) {
        return unreadable(error);
      }
    }
    try {
      const value = json.ok ? (json.value ?? null) : textOf(good);
      const output = canonicalJson(value);
      if (noRetry) {
        const error = keptError(parseWireError(json.ok ? json.value : textOf(good)));
        return refused(inspection?.error(error) ?? error);
      }
      const refusal = inspection?.output(value) ?? null;
      if (refusal !== null) return refused(refusal);
      return { kind: "completed", output, requestVersion };
    } catch (error) {
      return unreadable(error);
    }
  }

  function inspected(ops: readonly Op[]): ReturnType<Inspection["ops"]> {
    return inspection === null ? ops : inspection.ops(ops);
  }
}

function refused(error: WireError): Reply {
  return { kind: "failed", error, noRetry: true, retryAt: null };
}

/** What an SDK answers when it does not get as far as the function. */
const REFUSING: ReadonlySet<number> = new Set([401, 403, 404, 410]);

function readFailure(answer: Answer, now: number, inspection: Inspection | null): Told {
  if (!isFromSdk(answer)) {
    return failed(
      "Server returned a fatal error",
      `Your server returned HTTP ${answer.status} before the SDK responded.`,
      { stack: textOf(answer) },
    );
  }
  const json = bodyJson(answer);
  const error = keptError(parseWireError(json.ok ? json.value : textOf(answer)));
  const noRetry = answer.headers[Header.noRetry] === "true";
  const retryAt = retryAtOf(answer, now);
  if (inspection === null) return { kind: "failed", error, noRetry, retryAt };
  if (REFUSING.has(answer.status) || isInternal(json)) {
    // The SDK's own account, which is not sealed: a key that is being changed must not end runs for good.
    const own = { name: "Error", message: `The app refused the call with HTTP ${answer.status}.` };
    return { kind: "failed", error: inspection.withholds ? own : error, noRetry, retryAt };
  }
  const refusal = inspection.error(error);
  return refusal === null ? { kind: "failed", error, noRetry, retryAt } : refused(refusal);
}

/** Whether the SDK reports a fault of its own (wire-protocol 6.3). */
function isInternal(json: ReturnType<typeof bodyJson>): boolean {
  if (!json.ok || typeof json.value !== "object" || json.value === null) return false;
  return "type" in json.value && json.value.type === "internal";
}

type Answered = EgressOutcome & { kind: "answered" };

function plain({ body, headers, status }: Answered, check: AnswerCheck | null): Answer | Told {
  const reason = check === null ? null : check(signedAnswer(status, headers), body);
  return reason === null ? { status, headers, body: { text: body } } : unverified(status, reason);
}

function signedAnswer(status: number, headers: Readonly<Record<string, string>>): SignedAnswer {
  return { kind: "answer", status, header: (name) => headers[name] ?? null };
}

function unverified(status: number, reason: string): Told {
  return failed(
    ANSWER_UNVERIFIED,
    `The answer (HTTP ${status}) is not signed as this app's answer to this call: ${reason}.`,
  );
}

/** A 201 is written early and holds the real answer as one JSON document after some spaces (6.4). */
function streamed(outcome: Answered, check: AnswerCheck | null): Answer | Told {
  let document: unknown;
  try {
    document = JSON.parse(outcome.body);
  } catch {
    return failed("InvalidResponse", "the streamed answer ended before its JSON document was complete", {
      stack: outcome.body,
    });
  }
  if (typeof document !== "object" || document === null) {
    return failed("InvalidResponse", "the streamed answer is not a JSON object", { stack: outcome.body });
  }
  const fields = document as Record<string, unknown>;
  if (check !== null) return streamedVerified(outcome, fields, check);
  if (typeof fields["error"] === "string")
    return failed("Server returned a fatal error", "The streamed answer reports a failure.", {
      message: fields["error"],
      stack: outcome.body,
    });
  const status = fields["status"];
  // An app may answer 201 without streaming; then the body is its result.
  if (typeof status !== "number") return { status: 200, headers: outcome.headers, body: { json: document } };
  const headers: Record<string, string> = { ...outcome.headers, ...innerHeaders(fields) };
  if (fields["noRetry"] === true) headers[Header.noRetry] ??= "true";
  if (typeof fields["retryAt"] === "string") headers[Header.retryAfter] ??= fields["retryAt"];
  const body = fields["body"];
  return { status, headers, body: typeof body === "string" ? { text: body } : { json: body ?? null } };
}

/** The inner answer has the signature, and nothing from around it counts but that an SDK is there. */
function streamedVerified(
  outcome: Answered,
  fields: Readonly<Record<string, unknown>>,
  check: AnswerCheck,
): Answer | Told {
  const { body, status } = fields;
  // An app may answer 201 without streaming.
  if (typeof status !== "number" || typeof body !== "string") return plain(outcome, check);
  const inner = innerHeaders(fields);
  const reason = check(signedAnswer(status, inner), body);
  if (reason !== null) return unverified(status, reason);
  const outer = Object.entries(outcome.headers).filter(([name]) => !COVERED_ANSWER_HEADERS.includes(name));
  return { status, headers: { ...Object.fromEntries(outer), ...inner }, body: { text: body } };
}

/** The headers of a streamed answer, by their names in lower case. */
function innerHeaders(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const given = fields["headers"];
  const headers: Record<string, string> = {};
  if (typeof given !== "object" || given === null) return headers;
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "string") headers[name.toLowerCase()] = value;
  }
  return headers;
}

function bodyJson(answer: Answer): { ok: true; value: unknown } | { ok: false; reason: string } {
  if ("json" in answer.body) return { ok: true, value: answer.body.json };
  if (answer.body.text.trim() === "") return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(answer.body.text) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : "the body is not JSON" };
  }
}

function textOf(answer: Answer): string {
  return "text" in answer.body ? answer.body.text : JSON.stringify(answer.body.json);
}

function isFromSdk(answer: Answer): boolean {
  return (answer.headers[Header.sdk] ?? "") !== "";
}

function versionOf(answer: Answer): 1 | 2 | null {
  const text = answer.headers[Header.requestVersion];
  return text === "1" ? 1 : text === "2" ? 2 : null;
}

function retryAtOf(answer: Answer, now: number): number | null {
  const text = answer.headers[Header.retryAfter];
  return text === undefined ? null : parseRetryAfter(text, now);
}

function notAnSdk(answer: Answer): Told {
  return failed("not_sdk", "The response did not come from an Inngest SDK", {
    stack: textOf(answer),
  });
}

function transportFailure(outcome: EgressOutcome & { kind: "failed" }): Told {
  switch (outcome.code) {
    case "too_large":
      // The operator's limit is named; the protocol's own has the protocol's words.
      return failed(
        "output_too_large",
        outcome.rule === undefined
          ? "Your function's response body exceeds the maximum size limit"
          : outcome.message,
      );
    case "timed_out":
      return failed("request_duration_too_long", outcome.message);
    case "reset":
      return failed(
        "http_unreachable",
        outcome.message,
        outcome.status === null
          ? {}
          : { stack: "Your server reset the connection while we were reading the reply" },
      );
    case "redirect_refused":
      return failed("redirect_refused", outcome.message);
    case "refused":
    case "unreachable":
    case "protocol":
    case "aborted":
      return failed("http_unreachable", outcome.message);
  }
}

function unreadable(error: unknown): Told {
  if (isHoldfastError(error))
    return failed("InvalidResponse", `error reading generator opcode response: ${error.code}`, {
      message: `error reading generator opcode response: ${error.message}`,
    });
  throw error;
}

/** A failed call in our words; `foreign` holds what somebody else said. */
function failed(name: string, message: string, foreign: NonNullable<Told["foreign"]> = {}): Told {
  return { kind: "failed", error: { name, message }, noRetry: false, retryAt: null, foreign };
}

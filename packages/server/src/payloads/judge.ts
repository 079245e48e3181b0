import type { Envelope } from "@holdfast/protocol";
import {
  isBlindIndex,
  isSealedError,
  readEnvelope,
  readSealedData,
  readSealedText,
  SEALED_MEMBER,
} from "@holdfast/protocol";
import type { PayloadPosition, PayloadRules, PayloadVerdict, PlacedValue } from "./contract.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a position holds: how a sealed value looks there. */
type Shape =
  /** One envelope. */
  | "value"
  /** Sealed data with members in clear, or members that are sealed one by one. */
  | "data"
  /** An array of envelopes. */
  | "list"
  /** An error that shows its class only. */
  | "error"
  /** Notes `{kind, scope, op, values}`. */
  | "notes"
  /** A durable endpoint's request, of which the server repeats some members. */
  | "request"
  /** A durable endpoint's answer: an envelope, or a status with a sealed body. */
  | "response"
  /** Nothing: the server would read or make plaintext here. */
  | "nothing";

/** Every position: what callers know it as, what people call it, and how a sealed value looks there. */
export const POSITIONS: Readonly<
  Record<PayloadPosition, { readonly path: string; readonly words: string; readonly shape: Shape }>
> = {
  "event-data": { path: "data", words: "the data of an event", shape: "data" },
  "event-user": { path: "user", words: "the user of an event", shape: "data" },
  "invoke-data": { path: "data", words: "the data of an invoke", shape: "data" },
  "invoke-user": { path: "user", words: "the user of an invoke", shape: "data" },
  "deferred-input": { path: "input", words: "the input of a deferred function", shape: "data" },
  "rerun-input": { path: "fromStep.input", words: "the arguments of a step", shape: "list" },
  "step-input": { path: "opts.input", words: "the arguments of a step", shape: "list" },
  "step-output": { path: "data", words: "the result of a step", shape: "value" },
  "step-error": { path: "error", words: "the error of a step", shape: "error" },
  "function-output": { path: "data", words: "the result of the function", shape: "value" },
  "function-error": { path: "error", words: "the error of the function", shape: "error" },
  "endpoint-request": { path: "event.data", words: "the request of an endpoint", shape: "request" },
  "endpoint-response": { path: "data", words: "the answer of an endpoint", shape: "response" },
  "signal-data": { path: "data", words: "the data of a signal", shape: "value" },
  metadata: { path: "metadata", words: "a note on a step", shape: "notes" },
  gateway: { path: "opts", words: "a request that the server would make", shape: "nothing" },
  stream: { path: "body", words: "what a stream says", shape: "value" },
};

/** Members of an endpoint's request that the server must read to repeat it. */
const ROUTABLE: ReadonlySet<string> = new Set(["app", "domain", "method", "path", "fn", "content_type"]);

/** Headers of an endpoint's answer that say nothing but how its body is written. */
const BODY_HEADERS: ReadonlySet<string> = new Set(["content-type", "content-length"]);

/** Names of notes are short words. */
const NOTE_WORD_CHARS_MAX = 128;

/** A member's name as it may be shown to whoever sent it: a word, and no sentence. */
const MEMBER_NAME = /^[A-Za-z_$][\w$-]{0,63}$/;

/**
 * Says whether a value at a position is sealed, or carries nothing: null, nothing at all, and what is empty. The one place
 * where this is decided, whatever door the value came to. Pure.
 *
 * An envelope is known by its shape (`readEnvelope`); whether a key opens it only the app can tell.
 */
export function judge(rules: PayloadRules, { position, value }: PlacedValue): PayloadVerdict {
  const { path, shape } = POSITIONS[position];
  const found: Envelope[] = [];
  const isAllowed = (envelope: Envelope | null): boolean => {
    if (envelope === null || !rules.formats.some((format) => format === envelope.format)) return false;
    found.push(envelope);
    return true;
  };
  const isSealed = (one: unknown): boolean => isEmpty(one) || isAllowed(readEnvelope(one));

  /** The place of the first plaintext in the value, or null. */
  function plainIn(): string | null {
    if (isAbsent(value)) return null;
    switch (shape) {
      case "nothing":
        return path;
      case "value":
        return isSealed(value) ? null : path;
      case "list":
        return Array.isArray(value) ? plainElement(value) : path;
      case "data":
        return plainMember(value, position.endsWith("-user") ? [] : rules.clearFields);
      case "error":
        return isError(value) ? null : path;
      case "notes":
        return Array.isArray(value) && value.every((note) => isSealedNote(note)) ? null : path;
      case "request":
        return plainOfRequest(value);
      case "response":
        return isSealed(value) || isSealedAnswer(value) ? null : path;
    }
  }

  function plainElement(values: readonly unknown[]): string | null {
    const index = values.findIndex((one) => !isSealed(one));
    return index === -1 ? null : `${path}[${index}]`;
  }

  function plainMember(data: unknown, clearFields: readonly string[]): string | null {
    if (isEmpty(data)) return null;
    if (!isFields(data)) return path;
    if (isAllowed(readEnvelope(data))) return null;
    const hasSeal = isAllowed(readSealedData(data));
    for (const [name, member] of Object.entries(data)) {
      if (clearFields.includes(name) || (hasSeal && name === SEALED_MEMBER)) continue;
      if (!isSealed(member) && !isBlindIndex(member)) return memberOf(path, name);
    }
    return null;
  }

  function isError(error: unknown): boolean {
    return isSealedError(error) && isFields(error) && isAllowed(readEnvelope(error["data"]));
  }

  function isSealedNote(note: unknown): boolean {
    if (!isFields(note)) return false;
    const { kind, op, scope, values, ...rest } = note;
    const areWords = [kind, op, scope].every(
      (word) => isAbsent(word) || (typeof word === "string" && word.length <= NOTE_WORD_CHARS_MAX),
    );
    const areSealed = isSealed(values) || (isFields(values) && Object.values(values).every(isSealed));
    return areWords && areSealed && Object.values(rest).every(isSealed);
  }

  /** Text of a request: a sealed text, or the JSON text of an envelope. */
  function isSealedText(text: unknown): boolean {
    if (isEmpty(text) || text === "") return true;
    if (typeof text !== "string") return isSealed(text);
    if (readSealedText(text) !== null) return isAllowed(readEnvelope({ [SEALED_MEMBER]: text }));
    return isAllowed(readEnvelope(parsed(text)));
  }

  function plainOfRequest(request: unknown): string | null {
    if (!isFields(request)) return path;
    for (const [name, member] of Object.entries(request)) {
      // Whether the caller reads along is a yes or a no, and no content.
      const isKind = name === "is_streamed" && typeof member === "boolean";
      if (!ROUTABLE.has(name) && !isKind && !isSealedText(member)) return memberOf(path, name);
    }
    return null;
  }

  function isSealedAnswer(answer: unknown): boolean {
    if (!isFields(answer)) return false;
    const { body, duration, headers, status, version, ...rest } = answer;
    return (
      Number.isInteger(status) &&
      isSealedText(body) &&
      (isEmpty(headers) ||
        (isFields(headers) && Object.keys(headers).every((name) => BODY_HEADERS.has(name.toLowerCase())))) &&
      [duration, version].every((figure) => isAbsent(figure) || typeof figure === "number") &&
      Object.keys(rest).length === 0
    );
  }

  const at = plainIn();
  return at === null ? { kind: "sealed", envelopes: found } : { kind: "plain", at };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** Whether a value carries nothing. */
function isEmpty(value: unknown): boolean {
  if (isAbsent(value)) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isFields(value) && Object.keys(value).length === 0;
}

/** The place of a member; a name that could itself be content is left out. */
function memberOf(path: string, name: string): string {
  return MEMBER_NAME.test(name) ? `${path}.${name}` : path;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

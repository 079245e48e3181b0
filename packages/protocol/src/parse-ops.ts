import { HoldfastError } from "./errors.ts";
import type { StepId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import type { Op, OpCode, WireError } from "./opcodes.ts";
import { OP_CODES } from "./opcodes.ts";

/** Op codes by their lower-case spelling: peers differ in capitals. */
const OP_CODE_BY_LOWER_CASE: ReadonlyMap<string, OpCode> = new Map(
  OP_CODES.map((code) => [code.toLowerCase(), code]),
);

/** Ops of steps that user code runs; their `opts.input` are the arguments it runs with (wire-protocol 7.2). */
const STEP_OPS: ReadonlySet<OpCode> = new Set(["Step", "StepRun", "StepPlanned", "StepError", "StepFailed"]);

type Fields = Readonly<Record<string, unknown>>;

/**
 * The ops in the body of an SDK's answer: an array of them, or one alone. Each field is checked for its type; an
 * optional field that is null counts as absent, except `data`, where null is a result. Unknown fields are dropped.
 * How many ops one answer may hold is the caller's question.
 *
 * @example
 * ```ts
 * parseOps([{ op: "steprun", id: "6bcd9d8b", data: 3, displayName: null }]) // → [{ op: "StepRun", id: "6bcd9d8b", data: 3 }]
 * ```
 *
 * @throws HoldfastError `op_unknown` for an op code that does not exist, `op_invalid` for anything malformed; both
 * name the position of the op, the second also the field.
 */
export function parseOps(body: unknown): Op[] {
  const list: readonly unknown[] = Array.isArray(body) ? body : [body];
  return list.map(parseOp);
}

/** Mutable while it is put together. */
type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

function parseOp(value: unknown, index: number): Op {
  if (!isFields(value)) {
    throw new HoldfastError(
      "op_invalid",
      `Cannot read op ${index}: it must be an object, not ${describe(value)}.`,
      {
        details: { index },
      },
    );
  }
  const op: Draft<Op> = { op: parseOpCode(value["op"], index), id: parseStepId(value["id"], index) };

  const name = optional(value, "name", index, isText, "must be text");
  if (name !== undefined) op.name = name;
  const displayName = optional(value, "displayName", index, isText, "must be text");
  if (displayName !== undefined) op.displayName = displayName;
  const opts = optional(value, "opts", index, isFields, "must be an object");
  if (opts !== undefined) {
    const input = opts["input"];
    if (STEP_OPS.has(op.op) && isPresent(input) && !isList(input)) {
      throw opInvalid(index, "opts.input", "must be an array", input);
    }
    op.opts = opts;
  }
  if (value["data"] !== undefined) op.data = value["data"];
  const error = optional(value, "error", index, isErrorLike, "must be an object or text");
  if (error !== undefined) op.error = parseWireError(error);
  const userland = optional(value, "userland", index, isFields, "must be an object");
  if (userland !== undefined) op.userland = parseUserland(userland, index);
  const metadata = optional(value, "metadata", index, isList, "must be an array");
  if (metadata !== undefined && metadata.length > 0) op.metadata = metadata;
  return op;
}

function parseOpCode(value: unknown, index: number): OpCode {
  if (!isText(value)) throw opInvalid(index, "op", "must be text", value);
  const code = OP_CODE_BY_LOWER_CASE.get(value.toLowerCase());
  if (code !== undefined) return code;
  const shown = JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  throw new HoldfastError("op_unknown", `Cannot read op ${index}: there is no op code ${shown}.`, {
    details: { index },
  });
}

function parseStepId(value: unknown, index: number): StepId {
  // Half of a surrogate pair has no place in a URL, where the id of a planned step travels.
  if (!isText(value) || value === "" || value.length > LIMITS.identifierChars || !value.isWellFormed()) {
    throw opInvalid(index, "id", `must be text of 1 to ${LIMITS.identifierChars} characters`, value);
  }
  // The brand says that the text was checked, as it just was.
  return value as StepId;
}

function parseUserland(userland: Fields, index: number): NonNullable<Op["userland"]> {
  const id = userland["id"];
  if (!isText(id)) throw opInvalid(index, "userland.id", "must be text", id);
  const repeat = userland["index"] ?? undefined;
  if (repeat === undefined) return { id };
  if (!isCount(repeat)) throw opInvalid(index, "userland.index", "must be a whole number, 0 or more", repeat);
  return { id, index: repeat };
}

/**
 * An error as a peer reports it, whatever its shape: the fields of a `WireError` that have the right type, the rest
 * dropped. Text is a message; `{ "error": … }` around an error is taken off. Never throws: an error that cannot be
 * read must not hide the failure that it reports.
 *
 * @example
 * ```ts
 * parseWireError({ name: "CardError", message: "declined", stack: null }) // → { name: "CardError", message: "declined" }
 * parseWireError("502 Bad Gateway") // → { name: "Error", message: "502 Bad Gateway" }
 * parseWireError({ error: { message: "declined" } }) // → { name: "Error", message: "declined" }
 * ```
 */
export function parseWireError(value: unknown): WireError {
  const inner = isFields(value) && isWrapper(value) ? value["error"] : value;
  if (isText(inner)) return { name: "Error", message: inner };
  if (!isFields(inner)) return { name: "Error", message: NO_MESSAGE };

  const { name, message, code, stack, data, cause, noRetry } = inner;
  const error: Draft<WireError> = {
    name: isText(name) && name !== "" ? name : "Error",
    // SDKs that refuse a call answer with nothing but a code.
    message: isText(message) ? message : isText(code) ? code : NO_MESSAGE,
  };
  if (isText(stack)) error.stack = stack;
  if (isPresent(data)) error.data = data;
  if (isPresent(cause)) error.cause = cause;
  if (typeof noRetry === "boolean") error.noRetry = noRetry;
  return error;
}

const NO_MESSAGE = "The app reported an error without a message.";

/** An object that is no error itself but holds one. */
function isWrapper(value: Fields): boolean {
  return isErrorLike(value["error"]) && !isText(value["message"]) && !isText(value["name"]);
}

/** A field that may be absent or null, checked when it is neither. */
function optional<T>(
  fields: Fields,
  field: string,
  index: number,
  isValid: (value: unknown) => value is T,
  rule: string,
): T | undefined {
  const value = fields[field];
  if (!isPresent(value)) return undefined;
  if (!isValid(value)) throw opInvalid(index, field, rule, value);
  return value;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isErrorLike(value: unknown): value is Fields | string {
  return isFields(value) || isText(value);
}

function opInvalid(index: number, field: string, rule: string, value: unknown): HoldfastError {
  const message = `Cannot read op ${index}: its ${field} ${rule}, not ${describe(value)}.`;
  return new HoldfastError("op_invalid", message, { details: { index, field } });
}

/** A value by its kind: what it holds may be a payload, and stays out of messages. */
function describe(value: unknown): string {
  if (value === undefined) return "absent";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return isText(value) ? `text of ${value.length} characters` : `of type ${typeof value}`;
}

import type { WireError } from "@holdfast/protocol";
import type { ErrorClasses } from "./error-classes.ts";
import { isStepError } from "./step-error.ts";

/** Causes of causes that travel; further ones are left out. */
const CAUSES_MAX = 5;

const UNREADABLE: WireError = { name: "Error", message: "What was thrown cannot be read." };

/** What every error has; further members of an error of a registered class travel as its data. */
const OWN_WORDS: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "noRetry"]);

/**
 * What was thrown, made of plain values: name, message, stack and up to five causes. An error of one of the author's
 * `classes` travels under its class's name, with its own members as `data`; of any other error they stay behind, since
 * they may hold anything. A step's error travels as the error of the step. Never throws, whatever was thrown.
 *
 * @example
 * ```ts
 * toWireError("declined") // → { name: "Error", message: "declined" }
 * ```
 */
export function toWireError(thrown: unknown, classes: ErrorClasses = new Map()): WireError {
  try {
    return write(thrown, classes, CAUSES_MAX);
  } catch {
    // A getter of the author's threw. The failure is reported all the same.
    return UNREADABLE;
  }
}

function write(thrown: unknown, classes: ErrorClasses, causesLeft: number): WireError {
  if (isStepError(thrown) && thrown.cause instanceof Error) return write(thrown.cause, classes, causesLeft);
  if (!isErrorLike(thrown)) return { name: "Error", message: describe(thrown) };
  const className = thrown instanceof Error ? registeredName(thrown, classes) : null;
  const { stack, cause } = thrown;
  const data = className === null ? undefined : ownMembers(thrown);
  const shownCause = causesLeft === 0 ? undefined : writeCause(cause, classes, causesLeft - 1);
  return {
    name: className ?? (typeof thrown.name === "string" && thrown.name !== "" ? thrown.name : "Error"),
    message: thrown.message,
    ...(typeof stack === "string" ? { stack } : {}),
    ...(data === undefined ? {} : { data }),
    ...(shownCause === undefined ? {} : { cause: shownCause }),
  };
}

interface ErrorLike {
  readonly name?: unknown;
  readonly message: string;
  readonly stack?: unknown;
  readonly cause?: unknown;
}

function isErrorLike(value: unknown): value is ErrorLike {
  return (
    typeof value === "object" && value !== null && "message" in value && typeof value.message === "string"
  );
}

/** What was thrown and is no error. */
function describe(value: unknown): string {
  if (typeof value === "string") return value;
  const text = jsonOf(value);
  return text === undefined ? `A value of type ${typeof value} was thrown.` : JSON.stringify(text);
}

function writeCause(cause: unknown, classes: ErrorClasses, causesLeft: number): unknown {
  if (cause === undefined || cause === null) return undefined;
  try {
    return isErrorLike(cause) ? write(cause, classes, causesLeft) : jsonOf(cause);
  } catch {
    // As above: what caused an error must not hide it.
    return UNREADABLE;
  }
}

/** The name of the author's class an error is of; of several, its own before one that it extends. */
function registeredName(error: Error, classes: ErrorClasses): string | null {
  let found: string | null = null;
  for (const [name, each] of classes) {
    if (error.constructor === each) return name;
    if (error instanceof each) found ??= name;
  }
  return found;
}

function ownMembers(error: ErrorLike): unknown {
  const members = Object.entries(error).filter(([name]) => !OWN_WORDS.has(name));
  return members.length === 0 ? undefined : jsonOf(Object.fromEntries(members));
}

/** A value as JSON says it; undefined for one that JSON cannot say. */
function jsonOf(value: unknown): unknown {
  try {
    // `stringify` gives undefined for a function or a symbol, which `parse` refuses.
    return JSON.parse(JSON.stringify(value)) as unknown;
  } catch {
    return undefined;
  }
}

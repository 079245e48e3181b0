import type { WireError } from "@holdfast/protocol";
import { parseWireError } from "@holdfast/protocol";
import type { ErrorClasses } from "./error-classes.ts";
import { KNOWN_CLASSES } from "./error-classes.ts";

/** Causes of causes that are rebuilt, and a bound for what a peer nests. */
const CAUSES_MAX = 5;

/** Members that data never overwrites. */
const RESERVED: ReadonlySet<string> = new Set([
  "name",
  "message",
  "stack",
  "cause",
  "__proto__",
  "constructor",
]);

/**
 * An error that travelled, as an error again. JavaScript's own classes, `NonRetriableError` and the author's `classes` are
 * found by name, so that `instanceof` holds after a replay; an error of one of the author's has its own members back. The
 * class's constructor is not called. Never throws, whatever the peer wrote.
 */
export function fromWireError(wire: WireError, classes: ErrorClasses = new Map()): Error {
  return rebuild(wire, classes, CAUSES_MAX);
}

function rebuild(value: unknown, classes: ErrorClasses, causesLeft: number): Error {
  const wire = parseWireError(value);
  const cause = wire.cause === undefined ? undefined : rebuildCause(wire.cause, classes, causesLeft);
  const error = new Error(wire.message, cause === undefined ? undefined : { cause });
  const ownClass = classes.get(wire.name);
  // The prototype of a class of errors is an error itself; the library calls it `any`.
  const prototype = (ownClass ?? KNOWN_CLASSES.get(wire.name))?.prototype as Error | undefined;
  if (prototype !== undefined) Object.setPrototypeOf(error, prototype);
  if (error.name !== wire.name) define(error, "name", wire.name, false);
  // Without its own stack it has none: the place of this line would mislead.
  define(error, "stack", wire.stack ?? `${wire.name}: ${wire.message}`, false);
  if (ownClass !== undefined) restoreMembers(error, wire.data);
  return error;
}

function rebuildCause(cause: unknown, classes: ErrorClasses, causesLeft: number): unknown {
  if (causesLeft === 0) return undefined;
  const isError = typeof cause === "object" && cause !== null && "message" in cause;
  return isError ? rebuild(cause, classes, causesLeft - 1) : cause;
}

function restoreMembers(error: Error, data: unknown): void {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return;
  for (const [name, value] of Object.entries(data)) {
    if (!RESERVED.has(name)) define(error, name, value, true);
  }
}

function define(error: Error, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, name, { value, enumerable, configurable: true, writable: true });
}

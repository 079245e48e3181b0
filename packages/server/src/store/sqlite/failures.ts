import { HoldfastError } from "@holdfast/protocol";
import type { Failure } from "./commands.ts";

/** Primary result codes of SQLite (https://sqlite.org/rescode.html) that the store tells apart. */
const CORRUPT = new Set([11, 26]);
const CONSTRAINT = new Set([19, 20]);
/** ERROR, a statement that is wrong in itself, and TOOBIG and RANGE, values that do not fit. */
const MISUSE = new Set([1, 18, 21, 25]);

/**
 * Names what went wrong while the store was `doing` something. Everything SQLite reports that is neither damage
 * nor a broken rule comes from outside (a full disk, an I/O error, a lock): it may pass, so it is retriable.
 */
export function failureOf(doing: string, error: unknown): Failure {
  if (error instanceof HoldfastError) {
    const code = FAILURE_CODES.find((known) => known === error.code) ?? "store_refused";
    return { code, message: error.message, cause: error.cause, next: error.next };
  }
  const reason = error instanceof Error ? error.message : String(error);
  const result = sqliteResult(error);
  const message = `Cannot ${doing}: ${reason}.`;
  if (result === null || CONSTRAINT.has(result) || MISUSE.has(result)) {
    return { code: "store_refused", message, cause: error };
  }
  return { code: CORRUPT.has(result) ? "store_corrupt" : "store_failed", message, cause: error };
}

const FAILURE_CODES: readonly Failure["code"][] = [
  "store_failed",
  "store_corrupt",
  "store_refused",
  "store_locked",
  "store_foreign",
  "schema_changed",
  "schema_newer",
];

/** The error a caller sees. */
export function errorOf(failure: Failure): HoldfastError {
  const { code, message, cause, next } = failure;
  return new HoldfastError(code, message, { cause, ...(next === undefined ? {} : { next }) });
}

/** SQLite's primary result code, or null for an error that is not SQLite's. */
function sqliteResult(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return null;
  return error.errcode & 0xff;
}

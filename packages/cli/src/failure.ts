import { HoldfastError } from "@holdfast/protocol";
import { exitCodeOf } from "./exit-codes.ts";
import type { Report } from "./report.ts";
import type { World } from "./world.ts";

/** Tells what went wrong, in words and as a code, and returns the exit code. */
export function tellFailure(error: unknown, world: World, report: Report): number {
  const failure = error instanceof HoldfastError ? error : unexpected(error);
  report.failure(failure);
  if (report.verbose) {
    for (let cause: unknown = failure; cause instanceof Error; cause = cause.cause) {
      world.stderr.write(`    ${cause.stack ?? cause.message}\n`);
    }
  }
  return exitCodeOf(failure.code, failure.details);
}

function unexpected(error: unknown): HoldfastError {
  const words = error instanceof Error ? error.message : String(error);
  return new HoldfastError("internal_error", `Cannot go on: ${words}.`, {
    cause: error,
    next: "This is a fault of holdfast itself. Run it again with --verbose, and report what it prints.",
  });
}

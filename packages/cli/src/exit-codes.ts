import type { ErrorCode } from "@holdfast/protocol";

/** What an exit code tells a script. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  configuration: 3,
  notAllowed: 4,
  notFound: 5,
  refused: 6,
  unreachable: 7,
  timedOut: 8,
  /** A check found something. */
  problems: 9,
} as const;

const BY_CODE: Partial<Record<string, number>> = {
  usage_invalid: EXIT.usage,
  config_invalid: EXIT.configuration,
  key_invalid: EXIT.configuration,
  seal_key_invalid: EXIT.configuration,
  public_url_missing: EXIT.configuration,
  host_exposed: EXIT.configuration,
  store_locked: EXIT.configuration,
  store_corrupt: EXIT.configuration,
  schema_changed: EXIT.configuration,
  schema_newer: EXIT.configuration,
  unauthenticated: EXIT.notAllowed,
  forbidden: EXIT.notAllowed,
  not_found: EXIT.notFound,
  conflict: EXIT.refused,
  key_in_use: EXIT.refused,
  environment_archived: EXIT.refused,
  legal_hold: EXIT.refused,
  environment_unknown: EXIT.notFound,
  master_key_invalid: EXIT.configuration,
  master_key_mismatch: EXIT.configuration,
  store_foreign: EXIT.configuration,
  server_unreachable: EXIT.unreachable,
  timed_out: EXIT.timedOut,
};

/** The exit code for an error. What an app did counts as the app's: one that cannot be reached is `unreachable` too. */
export function exitCodeOf(code: ErrorCode, details: Readonly<Record<string, unknown>> = {}): number {
  if (code === "request_failed" && details["code"] === "unreachable") return EXIT.unreachable;
  return BY_CODE[code] ?? EXIT.failed;
}

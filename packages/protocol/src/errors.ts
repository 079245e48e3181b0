/**
 * Every error Holdfast can report, by its stable code, and what its reader should do now. Apps carry the table with their SDK, so that
 * each byte of it counts.
 * `docs/reference/errors.md` lists the same codes; a test holds the two against each other.
 */
export const WHAT_NEXT = {
  json_invalid: "Send a body that is valid JSON, encoded as UTF-8.",
  json_too_deep: "Flatten the value, or send it as text.",
  json_number_out_of_range: "Send numbers that fit a 64-bit float, or send them as text.",
  cron_invalid: "Write five fields, such as TZ=Europe/Berlin 30 9 * * MON-FRI.",
  duration_invalid: "Write a duration such as 90s, 1h30m, 2d or 1w.",
  key_invalid: "Use a key of the form signkey-<environment>-<hex>, or bare hex of even length.",
  id_invalid: "Use the id exactly as the server gave it.",
  op_invalid: "Update the SDK, or report the op that it sent.",
  op_unknown: "Update the server: the SDK is newer and uses an op that this server does not know.",
  usage_invalid: "See holdfast help.",
  config_invalid: "Correct the setting that is named, then try again.",
  public_url_missing: "Set --public-url, or bind 127.0.0.1 and put a proxy in front.",
  host_exposed: "Bind 127.0.0.1, or accept it with --allow-lan-without-password.",
  port_taken: "Choose another --port, or stop the process that holds this one.",
  server_unreachable: "Start the server, or name it with --url.",
  request_failed: "Read what the server answered; its log has the request id.",
  unauthenticated: "Set HOLDFAST_SIGNING_KEY or HOLDFAST_EVENT_KEY to a key of this server.",
  forbidden: "Use a key that may do this.",
  not_found: "Check the id, and that --url names the right server.",
  conflict: "Look at the current state, then decide again.",
  rate_limited: "Wait until the limit has room again, then try again.",
  timed_out: "Try again, or raise the limit.",
  event_invalid: "Send one event object, or an array of event objects.",
  event_name_invalid: "Name the event with 1 to 512 characters, such as order/paid.",
  event_name_reserved: "Choose a name that does not begin with inngest/.",
  event_time_invalid: "Send ts as whole Unix milliseconds between 1980 and 2100, or leave it out.",
  event_data_invalid: "Correct the data at the paths that are named.",
  event_session_invalid: "Send at most 5 sessions: keys up to 128 bytes, values up to 512 bytes.",
  event_too_large: "Keep large values elsewhere, and put a reference to them into the event.",
  events_too_many: "Send the events in several requests.",
  function_invalid: "Correct the option that is named.",
  client_invalid: "Pass a client made with new Holdfast(…), or what it made.",
  request_invalid: "Correct the part of the request that is named.",
  body_too_large: "Send less in one request.",
  body_encoding_unsupported: "Send the body uncompressed; the event API also takes gzip.",
  server_kind_mismatch: "Point the app at a server of the kind it expects, or change its mode.",
  expression_invalid: "Correct the expression at the line and column that are named.",
  dependency_missing: "Install the package that is named.",
  plaintext_leaked: "Find what wrote the message that is named, and seal the value or leave it out.",
  test_run_stuck: "Read what the run waits for, and let the test bring it about.",
  run_state_gone: "Read the run's output instead: its working state ended with the run.",
  checkpoint_stale: "Stop: the server has handed this work out again since.",
  not_implemented: "Use another route, or a newer server.",
  plaintext_refused: "Seal payloads in the app, or let the server take others: --payloads.",
  seal_missing: "Find what sent it unsealed. While apps move to sealing, accept it with acceptPlaintext.",
  seal_misplaced:
    "Treat the stored data as tampered with, unless the run is a rerun; then see acceptOriginalRuns.",
  seal_broken: "Treat the stored data as tampered with or damaged.",
  seal_format_refused: "Allow the format where its sender is known, or have it sealed again.",
  seal_key_invalid: "Use a key as holdfast keys sealing new prints it.",
  seal_key_unknown: "Give the app the key that is named, as decrypt-only.",
  secret_unreadable:
    "Restore the record from a backup, or make the secret anew; treat the store as tampered with.",
  master_key_invalid:
    "Use 32 random bytes, as holdfast keys master new prints them, readable by their owner alone.",
  master_key_mismatch:
    "Start with the master key whose id is named, or restore the data that belongs to this one.",
  key_in_use: "Give the apps that are named the new key and wait, or force it with a reason.",
  token_in_url: "Make a new token, and send it in the Authorization header: this one was revoked.",
  environment_unknown: "List the environments: holdfast env list.",
  environment_archived: "Take it out of the archive first: holdfast env unarchive.",
  legal_hold: "Lift the hold first, if it may be lifted: holdfast hold list.",
  host_refused: "Use the server's public URL, or list the host: --allowed-host.",
  backlog_full: "Wait as long as Retry-After says, then send it again.",
  server_busy: "Wait as long as Retry-After says, then send it again.",
  csrf: "Load the page anew.",
  invalid_credentials: "Check what you typed.",
  challenge_required: "Solve the challenge, and send its proof along.",
  too_many_attempts: "Wait as long as Retry-After says.",
  mail_failed: "See that the mail server answers and takes this sender, or hand the link over yourself.",
  policy_violation: "Keep to the rule that is named.",
  link_invalid: "Ask for a new one.",
  last_owner: "Make somebody else an owner first.",
  wrong_account: "Sign out first.",
  sso_required: "Sign in by single sign-on.",
  mfa_required: "Add a second factor under Account.",
  reauthentication_required: "Prove again who you are.",
  insufficient_scope: "Use a token with the scope that is named.",
  setup_required: "Open the link that holdfast people set-up prints.",
  seal_key_revoked:
    "Send the data again, sealed with the active key; what a revoked key sealed may be forged.",
  seal_key_unavailable: "See that the source of the keys answers; the run tries again by itself.",
  schema_changed: "Restore the data from a backup made by this version, or run the version that wrote it.",
  schema_newer: "Start the version of Holdfast that last used this data, or a newer one.",
  answer_unverified:
    "Look at what stands between the two: a proxy that changes headers or bodies, or somebody who should not.",
  store_closed: "Nothing: the server is stopping. Ask again once it has started.",
  store_corrupt: "Keep the file as it is, restore the latest backup, and report what was found.",
  store_failed: "Look at free space and the health of the disk, then try again.",
  store_locked: "Stop the process that uses this data, or choose another --data-dir.",
  store_foreign:
    "Give the server the folder that belongs to this environment, or move this one back to its own.",
  store_refused: "Report it with the server's log: nothing of this act was stored.",
  step_invalid: "Correct the step that is named, then deploy the app again.",
  step_nested: "Call the inner step beside the outer one, and hand its result over.",
  value_invalid: "Return and pass what JSON can hold: text, numbers, booleans, lists, plain objects.",
  internal_error: "Look up the request id in the server's log.",
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof WHAT_NEXT;

/** Codes after which the same request may succeed later without a change. */
export const RETRIABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "server_unreachable",
  "rate_limited",
  "timed_out",
  "key_in_use",
  "backlog_full",
  "server_busy",
  "too_many_attempts",
  "seal_key_unavailable",
  "answer_unverified",
  "store_failed",
  "internal_error",
]);

/** The one error type of Holdfast: a stable code, a sentence on what happened and why, and the next thing to do. */
export class HoldfastError extends Error {
  override readonly name = "HoldfastError";
  readonly code: ErrorCode;
  readonly retriable: boolean;
  readonly next: string;
  /** Facts for machines: never a secret, never a payload. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly details?: Readonly<Record<string, unknown>>;
      readonly next?: string;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retriable = RETRIABLE.has(code);
    this.next = options.next ?? WHAT_NEXT[code];
    this.details = options.details ?? {};
  }
}

/** Whether a value is a Holdfast error, optionally of one code. */
export function isHoldfastError(value: unknown, code?: ErrorCode): value is HoldfastError {
  return value instanceof HoldfastError && (code === undefined || value.code === code);
}

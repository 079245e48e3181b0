/** What a fault of a function is called on the wire (wire-protocol 4.8), the server's own code for Connect included. */
export type FaultCode =
  | "batch_if_expression_invalid"
  | "batch_key_expression_invalid"
  | "batch_size_invalid"
  | "batch_timeout_invalid"
  | "combo_unsupported"
  | "concurrency_limit_invalid"
  | "config_invalid"
  | "event_name_invalid"
  | "feature_not_supported"
  | "schedule_invalid";

/**
 * Notes what is wrong with the function that is being read, in words that go on after its name, without a full stop:
 * `throttle.limit must be a whole number of 1 or more, not 0`. Reading goes on, so that everything wrong is named at once.
 */
export type Report = (code: FaultCode, reason: string) => void;

/** More of a value than this is not shown. */
const SHOWN_CHARS_MAX = 40;

/** A value as a message shows it: it may be anything, as long as the whole registration. */
export function shown(value: unknown): string {
  if (typeof value === "string" && value.length > SHOWN_CHARS_MAX)
    return JSON.stringify(`${value.slice(0, SHOWN_CHARS_MAX)}…`);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return JSON.stringify(value) ?? "nothing";
}

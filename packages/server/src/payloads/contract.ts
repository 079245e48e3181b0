import type { Envelope, EnvelopeFormat, Op, WireError } from "@holdfast/protocol";

/**
 * What an environment takes for a payload. `open`: anything. `warn`: anything, and what is not sealed is counted in the
 * log. `sealed`: envelopes only.
 */
export type PayloadMode = "open" | "warn" | "sealed";

/** Formats of envelopes that an environment may take. */
export type PayloadFormat = Exclude<EnvelopeFormat, "inngest-v0">;

/** The policy of an environment. */
export interface PayloadRules {
  readonly mode: PayloadMode;
  /** Members of an event's data, and of data that is used like it, which may be in clear: for expressions and keys. */
  readonly clearFields: readonly string[];
  readonly formats: readonly PayloadFormat[];
}

/** Where a value stands when it reaches the server. */
export type PayloadPosition =
  | "event-data"
  | "event-user"
  | "invoke-data"
  | "invoke-user"
  | "deferred-input"
  | "rerun-input"
  | "step-input"
  | "step-output"
  | "step-error"
  | "function-output"
  | "function-error"
  | "endpoint-request"
  | "endpoint-response"
  | "signal-data"
  | "metadata"
  | "gateway"
  | "stream";

export interface PlacedValue {
  readonly position: PayloadPosition;
  /** Parsed JSON; `undefined` for absent. */
  readonly value: unknown;
}

/** What becomes of one value. */
export type PayloadVerdict =
  /** It is sealed, or carries nothing. */
  | { readonly kind: "sealed"; readonly envelopes: readonly Envelope[] }
  /** `at` names the place in the request or the op, and no content: `data.email`. */
  | { readonly kind: "plain"; readonly at: string };

/** Plaintext where the environment takes none. */
export interface PlaintextRefusal {
  readonly position: PayloadPosition;
  readonly at: string;
}

/** The door that every payload passes on its way in. */
export interface Payloads {
  readonly rules: PayloadRules;
  /** Whether nothing is looked at. */
  readonly isOpen: boolean;
  /**
   * Holds values against the rules. The first that the environment does not take, or null. What is sealed and by which key is
   * noted, and so is plaintext; its content never is.
   *
   * @param app who wrote them, as far as it is known
   */
  admit(values: readonly PlacedValue[], app: string | null): PlaintextRefusal | null;
}

/** What one call's answer may hold. Null in place of it: anything. */
export interface Inspection {
  /** Ops with those that hold plaintext made failures of their steps; the error, where the whole answer cannot be taken. */
  ops(ops: readonly Op[]): readonly Op[] | { readonly refused: WireError };
  /** Why the function's result is not taken, or null. */
  output(value: unknown): WireError | null;
  /** Why the function's error is not taken, or null. */
  error(error: WireError): WireError | null;
  /** Whether words that are not the app's own, such as a proxy's page, are left out of errors. */
  readonly withholds: boolean;
}

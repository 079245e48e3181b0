import type { RunId, SignatureVerdict } from "@holdfast/protocol";

/** Whether an app's answer is signed by a key that is good here; if not, why. */
export type AnswerVerdict = { readonly ok: true } | (SignatureVerdict & { readonly ok: false });

/** Whether a caller showed a key that is good here. `keyId` (never the key) may be logged. */
export type KeyVerdict =
  | { readonly ok: true; readonly keyId: string | null }
  | { readonly ok: false; readonly reason: "missing" | "unknown" };

/**
 * The keys of one environment. Without any signing key (development only) every caller is accepted and nothing is signed.
 * The first signing key signs; all of them are accepted, so that a key can be replaced without a pause.
 */
export interface Keys {
  /** Whether signing keys exist, so that calls are signed and API calls must be authenticated. */
  readonly signed: boolean;
  /** Value of `X-Inngest-Signature` for a body the server sends, or null when nothing is signed. */
  sign(body: string, nowMs: number): string | null;
  /** Checks what an app answered with `x-inngest-signature` over its raw body. Accepts everything when unsigned. */
  verifyAnswer(header: string | undefined, body: string, nowMs: number): AnswerVerdict;
  /** Checks an `Authorization: Bearer …` header: hash or raw key, with or without prefix. */
  checkBearer(authorization: string | undefined): KeyVerdict;
  /** Checks the key in `/e/<key>`. */
  checkEventKey(key: string): KeyVerdict;
}

/**
 * Tokens that the server gives to an app for the app's own callers. Each is bound to one run and this environment, and is
 * good for a stated time from `nowMs`, Unix ms. What is not a token of that kind, of these keys and of now, is refused.
 */
export interface Tokens {
  /** Reads the output of a run, for `LIMITS.endpointOutputTokenMs`. */
  output(runId: RunId, nowMs: number): Promise<string>;
  checkOutput(token: string, runId: RunId, nowMs: number): Promise<boolean>;
  /** Reads the stream of a run, for `LIMITS.streamTokenMs`. */
  stream(runId: RunId, nowMs: number): Promise<string>;
  /** The run whose stream the token reads, or null. */
  checkStream(token: string, nowMs: number): Promise<RunId | null>;
}

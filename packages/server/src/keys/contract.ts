import type {
  RunId,
  SignatureAlgorithm,
  SignatureVerdict,
  SignedAnswer,
  SignedRequest,
  V2Refusal,
} from "@holdfast/protocol";

import type { EventKeyUse, EventKeyVerdict, KeyEvidence } from "./administration.ts";

/** Whether an app's answer is signed by a key that is good here; if not, why. */
export type AnswerVerdict =
  | { readonly ok: true; readonly keyId: string | null }
  | (SignatureVerdict & { readonly ok: false });

/** Whether a caller showed a key that is good here. `keyId` (never the key) may be logged. */
export type KeyVerdict =
  | { readonly ok: true; readonly keyId: string | null }
  | { readonly ok: false; readonly reason: "missing" | "unknown" };

/** A request to an app, about to be signed. */
export interface RequestToSign {
  readonly tag: "call" | "endpoint" | "sync" | "probe";
  readonly message: SignedRequest;
  readonly body: string;
  /** Empty when it is not known who is there. */
  readonly app: string;
  /** What the app can verify. */
  readonly alg: SignatureAlgorithm;
}

export type AnswerV2Verdict =
  | { readonly ok: true; readonly keyId: string }
  | { readonly ok: false; readonly reason: V2Refusal };

/** A request whose signature is good. It counts once its body is known to be the one that was signed. */
export interface OpenedRequest {
  readonly keyId: string;
  /** By whom, in its own words. */
  readonly app: string;
  /** Takes the request in, once. Null, or why it does not count. */
  admit(body: string | Uint8Array, nowMs: number): "digest" | "replay" | null;
  /** The headers that sign its answer. */
  signAnswer(
    answer: SignedAnswer,
    body: string | Uint8Array,
    nowMs: number,
  ): Readonly<Record<string, string>>;
}

export type RequestV2Verdict =
  | { readonly ok: true; readonly request: OpenedRequest }
  | { readonly ok: false; readonly reason: V2Refusal };

/** Holdfast signatures v2: requests and answers that are bound to each other, in both directions. */
export interface MessageSignatures {
  /** By which apps may verify without being able to forge, `ed25519:<key id>:<base64url>`. The first signs. */
  readonly publicKeys: readonly string[];
  /** Headers that sign a request to an app, and the nonce by which its answer is known. */
  signRequest(
    request: RequestToSign,
    nowMs: number,
  ): { readonly headers: Readonly<Record<string, string>>; readonly nonce: string };
  /** Checks what an app answered to the request with this nonce. */
  verifyAnswer(answer: SignedAnswer, body: string, nonce: string, nowMs: number): AnswerV2Verdict;
  /** Checks the signature of an app's request, before its body is read. */
  openRequest(request: Omit<SignedRequest, "kind">, nowMs: number): RequestV2Verdict;
}

/**
 * The keys of one environment. Without any signing key (development only) every caller is accepted and nothing is signed.
 * The first signing key signs; all of them are accepted, so that a key can be replaced without a pause.
 */
export interface Keys {
  /** Whether signing keys exist, so that calls are signed and API calls must be authenticated. */
  readonly signed: boolean;
  /** Null when nothing is signed. */
  readonly v2: MessageSignatures | null;
  /** Value of `X-Inngest-Signature` for a body the server sends, or null when nothing is signed. */
  sign(body: string, nowMs: number): string | null;
  /** Checks what an app answered with `x-inngest-signature` over its raw body. Accepts everything when unsigned. */
  verifyAnswer(header: string | undefined, body: string, nowMs: number): AnswerVerdict;
  /** Checks an `Authorization: Bearer …` header: hash or raw key, with or without prefix. */
  checkBearer(authorization: string | undefined): KeyVerdict;
  /** Checks the key in `/e/<key>`. */
  checkEventKey(use: EventKeyUse): EventKeyVerdict;
  /** The same keys with the other accepted one signing, while a rotation is under way; null when there is one alone. */
  readonly other: Keys | null;
  /** Which key signs. Null when nothing is signed. */
  readonly signerId: string | null;
  /** Somebody was seen with a key. Kept while it matters. */
  observe(evidence: Omit<KeyEvidence, "at">): void;
  /** What tokens are derived from: a secret for each accepted key, the one that signs first. */
  tokenSecrets(): readonly string[];
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

import { Header } from "../headers.ts";
import type { SignatureAlgorithm, SignatureTag, SignedMessage } from "./profile.ts";
import { coveredComponents, SIGNATURE_V2 } from "./profile.ts";
import { signatureBase, signatureParams } from "./signature-base.ts";

/** A signature that has the profile's form and is of now. Nothing is proved before its key's `matches` says so. */
export interface ReadSignature {
  readonly keyId: string;
  readonly alg: SignatureAlgorithm;
  readonly nonce: string;
  /** Unix ms. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** What was signed. */
  readonly base: string;
  /** Base64. */
  readonly signature: string;
}

/**
 * Why a message does not count. For logs and metrics: its sender learns nothing but that it was refused.
 * `missing`: it has no v2 signature. `profile`: it has, and not in the one form there is. `key`: under a key nobody here
 * has, or another algorithm than that key's. `nonce`: the answer belongs to another request. `early`: made before this
 * process began, so that nobody knows whether it was here before. `downgrade`: somebody took the v2 signature away.
 */
export type V2Refusal =
  | "missing"
  | "profile"
  | "future"
  | "expired"
  | "key"
  | "mismatch"
  | "digest"
  | "audience"
  | "nonce"
  | "replay"
  | "early"
  | "downgrade";

export type SignatureReading =
  | { readonly ok: true; readonly signature: ReadSignature }
  | { readonly ok: false; readonly reason: "missing" | "profile" | "future" | "expired" };

const PARAMETERS =
  /^\([^()]*\);created=(0|[1-9]\d{0,10});expires=(0|[1-9]\d{0,10});nonce="([A-Za-z0-9_-]{22})";keyid="([0-9a-f]{12})";alg="(hmac-sha256|ed25519)";tag="(?:call|endpoint|sync|probe|api|answer)"$/;

/** 32 bytes of HMAC or 64 of Ed25519, base64. */
const SIGNATURES: Readonly<Record<SignatureAlgorithm, RegExp>> = {
  "hmac-sha256": /^:([A-Za-z0-9+/]{43}=):$/,
  ed25519: /^:([A-Za-z0-9+/]{86}==):$/,
};

/** Whether a message says that it is signed under the profile, well or badly. */
export function hasV2Signature(message: Pick<SignedMessage, "header">): boolean {
  return (
    message.header(Header.messageSignatureInput) !== null || message.header(Header.messageSignature) !== null
  );
}

/**
 * Reads the v2 signature of a message that arrived at `nowMs` and is to be of one purpose. There is one form: the text of
 * `Signature-Input` must be, character for character, what a signer of this very message would have written.
 */
export function readSignature(message: SignedMessage, tag: SignatureTag, nowMs: number): SignatureReading {
  const input = member(message.header(Header.messageSignatureInput));
  const value = member(message.header(Header.messageSignature));
  if (input === null && value === null) return { ok: false, reason: "missing" };
  const match = PARAMETERS.exec(input ?? "");
  const covered = coveredComponents(message, tag);
  if (match === null || !covered.ok) return PROFILE;
  const [, createdText = "", expiresText = "", nonce = "", keyId = ""] = match;
  const alg = match[5] === "ed25519" ? "ed25519" : "hmac-sha256";
  const [created, expires] = [Number(createdText), Number(expiresText)];
  const expected = signatureParams(covered.components, { created, expires, nonce, keyId, alg, tag });
  const signature = SIGNATURES[alg].exec(value ?? "")?.[1];
  const lifetime = expires - created;
  const isLifetimeGood = lifetime > 0 && lifetime <= SIGNATURE_V2.lifetimeSeconds;
  if (input !== expected || signature === undefined || !isLifetimeGood) return PROFILE;
  const [createdAt, expiresAt] = [created * 1000, expires * 1000];
  // Asked this way round, so that a clock without a reading (NaN) refuses.
  const hasBegun = createdAt <= nowMs + SIGNATURE_V2.skewMs;
  if (!hasBegun) return { ok: false, reason: "future" };
  const goesOn = nowMs <= expiresAt + SIGNATURE_V2.skewMs;
  if (!goesOn) return { ok: false, reason: "expired" };
  const base = signatureBase(covered.components, expected);
  return { ok: true, signature: { keyId, alg, nonce, createdAt, expiresAt, base, signature } };
}

const PROFILE: SignatureReading = { ok: false, reason: "profile" };

/** What stands after the profile's label; nothing, which no form allows, when it begins otherwise. */
function member(header: string | null): string | null {
  if (header === null) return null;
  const start = `${SIGNATURE_V2.label}=`;
  const text = header.trim();
  return text.startsWith(start) ? text.slice(start.length) : "";
}

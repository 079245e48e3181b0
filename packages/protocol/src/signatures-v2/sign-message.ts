import type { Digest } from "../digest.ts";
import { HoldfastError } from "../errors.ts";
import { Header } from "../headers.ts";
import { contentDigest } from "./content-digest.ts";
import type { MessageSigner } from "./message-key.ts";
import type { SignatureTag, SignedMessage } from "./profile.ts";
import { coveredComponents, SIGNATURE_V2 } from "./profile.ts";
import { signatureBase, signatureParams } from "./signature-base.ts";

/** A message about to be signed. */
export interface MessageToSign {
  readonly tag: SignatureTag;
  readonly message: SignedMessage;
  readonly body: string | Uint8Array;
  /** For whom a request is: `formatAudience`. An answer needs none: it is bound to its request by the nonce. */
  readonly audience?: string;
  /** Base64url of `SIGNATURE_V2.nonceBytes` random bytes; of an answer, the nonce of its request. */
  readonly nonce: string;
  /** Unix ms. */
  readonly nowMs: number;
}

/**
 * The headers that sign a message under the profile, to be sent beside its own.
 *
 * @throws HoldfastError `internal_error` when the message lacks a header that it must have, or a covered one is not
 *   visible ASCII.
 */
export function signMessage(
  { audience, body, message, nonce, nowMs, tag }: MessageToSign,
  signer: MessageSigner,
  digest: Digest,
): Readonly<Record<string, string>> {
  const added: Record<string, string> = { [Header.contentDigest]: contentDigest(body, digest) };
  if (audience !== undefined) added[Header.audience] = audience;
  const header = (name: string): string | null => added[name] ?? message.header(name);
  const covered = coveredComponents({ ...message, header }, tag);
  if (!covered.ok) {
    throw new HoldfastError(
      "internal_error",
      `Cannot sign a message: its "${covered.name}" is missing, or is not visible ASCII.`,
    );
  }
  const created = Math.floor(nowMs / 1000);
  const params = signatureParams(covered.components, {
    created,
    expires: created + SIGNATURE_V2.lifetimeSeconds,
    nonce,
    keyId: signer.keyId,
    alg: signer.alg,
    tag,
  });
  const signature = signer.sign(signatureBase(covered.components, params));
  return {
    ...added,
    [Header.messageSignatureInput]: `${SIGNATURE_V2.label}=${params}`,
    [Header.messageSignature]: `${SIGNATURE_V2.label}=:${signature}:`,
  };
}

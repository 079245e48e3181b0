import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { SealedText } from "@holdfast/protocol";
import { canonicalJson, SEALED_MEMBER } from "@holdfast/protocol";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64url, toBase64url } from "../platform/base64url.ts";
import type { SealedPosition } from "./position-text.ts";
import { parsePositionText, positionText } from "./position-text.ts";

/** The member through which the server speaks in data of its own events: no app wrote it, so none seals it. */
export const SERVER_MEMBER = "_inngest";

const VERSIONS = { secret: "hf1", public: "hf1h" } as const;

/** All of an envelope before the sealed bytes: version, key id, position. */
export function envelopeHead(scheme: SealedText["scheme"], keyId: string, at: SealedPosition): string {
  return `${VERSIONS[scheme]}.${keyId}.${toBase64url(utf8ToBytes(positionText(at)))}`;
}

/** The head of an envelope that was read. */
export function headOf({ scheme, keyId, position }: SealedText): string {
  return `${VERSIONS[scheme]}.${keyId}.${position}`;
}

/**
 * What a seal is bound to beside its key: the head, a dot, and a digest of the members in clear, or nothing without any.
 * No part can hold a dot, so the text can be read in one way only.
 */
export function associatedBytes(head: string, clear: Readonly<Record<string, unknown>>): Uint8Array {
  const isEmpty = Object.keys(clear).length === 0;
  const digest = isEmpty ? "" : toBase64url(sha256(utf8ToBytes(canonicalJson(clear))));
  return utf8ToBytes(`${head}.${digest}`);
}

/** The members of sealed data that its seal is bound to. */
export function boundMembers(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(data).filter(([name]) => name !== SEALED_MEMBER && name !== SERVER_MEMBER),
  );
}

/** The position that an envelope carries; null when it is none. */
export function positionOf({ position }: SealedText): SealedPosition | null {
  const bytes = fromBase64url(position);
  if (bytes === null) return null;
  try {
    return parsePositionText(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    // No UTF-8.
    return null;
  }
}

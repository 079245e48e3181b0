import type { Digest, SigningKey } from "@holdfast/protocol";
import { bearerMatches, HoldfastError, parseSigningKey, sign, verify } from "@holdfast/protocol";
import type { Random } from "#kernel";
import type { EventKeyUse, EventKeyVerdict } from "./administration.ts";
import type { Keys, KeyVerdict } from "./contract.ts";
import { createMessageSignatures } from "./message-signatures.ts";
import type { NonceLedger } from "./nonce-ledger.ts";

export interface KeysDeps {
  /** The first signs, all are accepted. None: nothing is signed and every caller is accepted (development only). */
  readonly signingKeys: readonly string[];
  /** None: every event key is accepted (development only). */
  readonly eventKeys: readonly string[];
  readonly digest: Digest;
  /** What signatures v2 need beside the keys; absent where there are none. */
  readonly v2?: {
    readonly random: Random;
    /** Outlives these keys. */
    readonly ledger: NonceLedger;
  };
  /** Told of who was seen with which key. */
  readonly observe?: Keys["observe"];
  /** Decides on event keys in the place of `eventKeys`. */
  readonly checkEventKey?: Keys["checkEventKey"];
}

/** How much of a hash names a key in logs: enough to tell keys apart, too little to be of use. */
const KEY_ID_CHARS = 12;

const MISSING: KeyVerdict = { ok: false, reason: "missing" };
const UNKNOWN: KeyVerdict = { ok: false, reason: "unknown" };
const OPEN: KeyVerdict = { ok: true, keyId: null };

/**
 * Holds the keys of one environment as they are now. Event keys are kept as hashes only; signing keys must be kept, since
 * they sign.
 *
 * @throws HoldfastError `key_invalid` for a signing key that is malformed, or an event key that is empty; never quotes it.
 */
export function createKeys(deps: KeysDeps): Keys {
  const { digest } = deps;
  const signingKeys = deps.signingKeys.map((text) => parseSigningKey(text));
  const eventKeyHashes = deps.eventKeys.map((key, index) => {
    if (key === "") throw new HoldfastError("key_invalid", `Event key number ${index + 1} is empty.`);
    return digest.sha256Hex(key);
  });

  const withOrder = (ordered: readonly SigningKey[], other: Keys | null): Keys => {
    const [signer, ...others] = ordered;
    const v2 =
      signer === undefined || deps.v2 === undefined
        ? null
        : createMessageSignatures({ signingKeys: [signer, ...others], digest, ...deps.v2 });
    return {
      signed: signer !== undefined,
      v2,
      other,
      signerId: signer?.keyId(digest) ?? null,
      observe: deps.observe ?? (() => undefined),
      tokenSecrets: () => ordered.map((key) => key.reveal()),
      sign: (body, nowMs) => (signer === undefined ? null : sign(body, signer, nowMs, digest)),
      verifyAnswer(header, body, nowMs) {
        if (signer === undefined) return { ok: true, keyId: null };
        const verdict = verify(header, body, ordered, nowMs, digest);
        return verdict.ok ? { ok: true, keyId: verdict.key.keyId(digest) } : verdict;
      },
      checkBearer(authorization) {
        if (signer === undefined) return OPEN;
        const presented = bearerOf(authorization);
        if (presented === "") return MISSING;
        return matching(
          ordered,
          (key) => bearerMatches(presented, key, digest),
          (key) => key.keyId(digest),
        );
      },
      checkEventKey: deps.checkEventKey ?? checkEventKey,
    };
  };

  function checkEventKey({ key, origin }: EventKeyUse): EventKeyVerdict {
    const open = (keyId: string | null): EventKeyVerdict => ({
      ok: true,
      keyId,
      mayName: () => true,
      take: () => 0,
      corsOrigin: origin,
    });
    if (eventKeyHashes.length === 0) return open(null);
    if (key === "") return { ok: false, reason: "missing" };
    const presented = digest.sha256Hex(key);
    const verdict = matching(
      eventKeyHashes,
      (hash) => digest.equal(presented, hash),
      (hash) => hash.slice(0, KEY_ID_CHARS),
    );
    return verdict.ok ? open(verdict.keyId) : verdict;
  }

  const [first, second] = signingKeys;
  const other = first === undefined || second === undefined ? null : withOrder([second, first], null);
  return withOrder(signingKeys, other);
}

/** Compares with every key, whether one matched already or not: the time taken says nothing about which. */
function matching<Key>(
  keys: readonly Key[],
  isMatch: (key: Key) => boolean,
  idOf: (key: Key) => string,
): KeyVerdict {
  let found: Key | null = null;
  for (const key of keys) if (isMatch(key)) found ??= key;
  return found === null ? UNKNOWN : { ok: true, keyId: idOf(found) };
}

/** The token of an `Authorization` header, or empty text. The scheme's case does not matter (RFC 9110, 11.1). */
function bearerOf(authorization: string | undefined): string {
  const match = /^Bearer +(\S+)\s*$/i.exec(authorization ?? "");
  return match?.[1] ?? "";
}

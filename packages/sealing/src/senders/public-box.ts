import { concatBytes } from "@noble/hashes/utils.js";
import type { PublicSealingKey, SealingKeyPair } from "./key-pair.ts";
import { ENCAPSULATED_BYTES, PURPOSE, suite } from "./suite.ts";

/** Seals bytes for a key pair: the encapsulated key, then ciphertext and tag. */
export async function sealForPair(
  key: PublicSealingKey,
  associated: Uint8Array,
  plain: Uint8Array,
): Promise<Uint8Array> {
  const publicKey = await suite.DeserializePublicKey(key.bytes);
  const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, plain, {
    aad: associated,
    info: PURPOSE,
  });
  return concatBytes(encapsulatedSecret, ciphertext);
}

/** Opens what `sealForPair` wrote; null when the pair, the associated data or a bit is another one. */
export async function openWithPair(
  pair: SealingKeyPair,
  associated: Uint8Array,
  whole: Uint8Array,
): Promise<Uint8Array | null> {
  const secret = await suite.DeserializePrivateKey(pair.reveal());
  try {
    return await suite.Open(
      secret,
      whole.subarray(0, ENCAPSULATED_BYTES),
      whole.subarray(ENCAPSULATED_BYTES),
      { aad: associated, info: PURPOSE },
    );
  } catch {
    // The pair was read before: what is left to fail is the seal.
    return null;
  }
}

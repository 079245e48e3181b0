import type * as NodeCrypto from "node:crypto";

/** ChaCha20-Poly1305 (RFC 8439) as the platform has it. The tag follows the ciphertext. */
export interface NativeChacha {
  /** Writes ciphertext and tag into `sealed`, which is 16 bytes longer than the plain text. */
  sealInto(
    sealed: Uint8Array,
    key: Uint8Array,
    nonce: Uint8Array,
    associated: Uint8Array,
    plain: Uint8Array,
  ): void;
  /** @throws Error when the tag does not fit. */
  open(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array;
}

const ALGORITHM = "chacha20-poly1305";
const TAG_BYTES = 16;
const OPTIONS = { authTagLength: TAG_BYTES } as const;

/** The platform's cipher, or null where `node:crypto` is not there or does not know it. Asked once. */
export const nativeChacha: NativeChacha | null = findNativeChacha();

function findNativeChacha(): NativeChacha | null {
  const crypto = typeof process === "object" ? process.getBuiltinModule?.("node:crypto") : undefined;
  if (crypto === undefined) return null;
  const native = chachaOf(crypto);
  try {
    const plain = new Uint8Array(1);
    native.sealInto(new Uint8Array(17), new Uint8Array(32), new Uint8Array(12), plain, plain);
    return native;
  } catch {
    // A build of the platform's library without this cipher: the portable one does the same.
    return null;
  }
}

function chachaOf(crypto: typeof NodeCrypto): NativeChacha {
  return {
    sealInto(sealed, key, nonce, associated, plain) {
      const cipher = crypto.createCipheriv(ALGORITHM, key, nonce, OPTIONS);
      cipher.setAAD(associated, { plaintextLength: plain.length });
      sealed.set(cipher.update(plain));
      cipher.final();
      sealed.set(cipher.getAuthTag(), plain.length);
    },
    open(key, nonce, associated, sealed) {
      const end = sealed.length - TAG_BYTES;
      const decipher = crypto.createDecipheriv(ALGORITHM, key, nonce, OPTIONS);
      decipher.setAAD(associated, { plaintextLength: end });
      decipher.setAuthTag(sealed.subarray(end));
      const plain = decipher.update(sealed.subarray(0, end));
      decipher.final();
      return plain;
    },
  };
}

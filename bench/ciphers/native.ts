import { createCipheriv, randomBytes } from "node:crypto";
import type { Cipher } from "./cipher.ts";
import { ASSOCIATED_BYTES } from "./cipher.ts";

/** Node's own ciphers, each with the nonce that it takes. */
export function nativeCiphers(): readonly Cipher[] {
  const key = randomBytes(32);
  const associated = randomBytes(ASSOCIATED_BYTES);
  return (["aes-256-gcm", "chacha20-poly1305"] as const).map((algorithm) => ({
    name: `${algorithm}, node:crypto`,
    seal(plain) {
      // The types know the two families by different overloads; both take these arguments.
      const cipher = createCipheriv(algorithm as "aes-256-gcm", key, randomBytes(12), { authTagLength: 16 });
      cipher.setAAD(associated, { plaintextLength: plain.length });
      return [cipher.update(plain), cipher.final(), cipher.getAuthTag()];
    },
  }));
}

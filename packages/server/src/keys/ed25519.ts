import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { Digest, MessageSigner, ServerKey, SigningKey } from "@holdfast/protocol";
import { deriveKey, serverKeyOf } from "@holdfast/protocol";

/** What stands before the 32 bytes of a seed in PKCS #8 (RFC 8410, 7). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** An Ed25519 key (RFC 8032): its private half in a closure, its public half for whoever asks. */
export interface Ed25519Key {
  readonly signer: MessageSigner;
  readonly publicKey: ServerKey;
}

/** The server's Ed25519 key that belongs to a signing key: always the same one, so that nothing has to be kept. */
export function ed25519Key(key: SigningKey, digest: Digest): Ed25519Key {
  const seed = deriveKey(key, "ed25519-seed", digest);
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const publicKey = serverKeyOf(new Uint8Array(Buffer.from(x, "base64url")), digest);
  return {
    publicKey,
    signer: {
      keyId: publicKey.keyId,
      alg: "ed25519",
      sign: (base) => sign(null, Buffer.from(base), privateKey).toString("base64"),
    },
  };
}

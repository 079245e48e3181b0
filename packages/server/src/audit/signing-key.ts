import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import type { VerifyEd25519 } from "@holdfast/protocol";

/** What signs checkpoints: an Ed25519 key (RFC 8032). */
export interface CheckpointSigner {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(body: string): Uint8Array;
}

/** A new key as text, to be sealed. */
export function makeSigningKey(): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  return privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
}

export function checkpointSigner(secret: string): CheckpointSigner {
  const privateKey = createPrivateKey({ key: Buffer.from(secret, "base64"), format: "der", type: "pkcs8" });
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  return {
    publicKey: Buffer.from(x, "base64url"),
    sign: (body) => sign(null, Buffer.from(body), privateKey),
  };
}

export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) =>
  verify(
    null,
    Buffer.from(message),
    createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") },
      format: "jwk",
    }),
    signature,
  );

import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import type { VerifyEd25519 } from "../checkpoint.ts";

/** Node's own Ed25519, for tests of what signs and verifies with it. */
export const checkSignature: VerifyEd25519 = (publicKey, message, signature) =>
  verify(
    null,
    Buffer.from(message),
    createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") },
      format: "jwk",
    }),
    signature,
  );

/** A key made for one test. */
export function signer() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  return { publicKey: raw, sign: (body: string) => sign(null, Buffer.from(body), privateKey) };
}

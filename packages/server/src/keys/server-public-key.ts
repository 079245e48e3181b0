import { formatServerKey, parseSigningKey } from "@holdfast/protocol";
import { nodeDigest } from "#kernel";
import { ed25519Key } from "./ed25519.ts";

/**
 * The public key, `ed25519:<key id>:<base64url>`, that a server with this signing key has.
 *
 * @throws HoldfastError `key_invalid`, which never quotes the key.
 */
export function serverPublicKey(signingKey: string): string {
  return formatServerKey(ed25519Key(parseSigningKey(signingKey), nodeDigest).publicKey);
}

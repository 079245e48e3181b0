import { constants, createDecipheriv, privateDecrypt } from "node:crypto";
import type { SpKeyPair } from "./contract.ts";
import type { ContentCipher, EncryptedContent } from "./preflight/encryption.ts";
import { SamlError } from "./saml-error.ts";

const GCM_NONCE_BYTES = 12;
const GCM_TAG_BYTES = 16;
const CBC_BLOCK_BYTES = 16;
const KEY_BYTES: Readonly<Record<ContentCipher, number>> = {
  "aes-128-gcm": 16,
  "aes-256-gcm": 32,
  "aes-128-cbc": 16,
  "aes-256-cbc": 32,
};

/** What was encrypted, and which key of ours opened it. */
export interface Decrypted {
  readonly xml: string;
  readonly key: SpKeyPair;
}

/**
 * Opens an encrypted assertion (XML Encryption 1.1, 5.2 and 5.5) to look at it before the engine does: what it decrypts it
 * parses without a question. Every failure is the same error; which step failed helps only those who guess.
 *
 * @param keys the current key, then the retiring ones
 * @throws SamlError `saml_decrypt`
 */
export function decryptAssertion(encrypted: EncryptedContent, keys: readonly SpKeyPair[]): Decrypted {
  for (const key of keys) {
    const xml = opened(encrypted, key);
    if (xml !== null) return { xml, key };
  }
  throw new SamlError("saml_decrypt");
}

function opened({ cipher, content, key }: EncryptedContent, { privateKeyPem }: SpKeyPair): string | null {
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const contentKey = privateDecrypt(
      { key: privateKeyPem, padding, oaepHash: "sha1" },
      Buffer.from(key, "base64"),
    );
    if (contentKey.length !== KEY_BYTES[cipher]) return null;
    const bytes = Buffer.from(content, "base64");
    const plain =
      cipher === "aes-128-gcm" || cipher === "aes-256-gcm"
        ? openGcm(cipher, contentKey, bytes)
        : openCbc(cipher, contentKey, bytes);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain);
  } catch {
    return null;
  }
}

function openGcm(cipher: "aes-128-gcm" | "aes-256-gcm", key: Buffer, bytes: Buffer): Buffer {
  const nonce = bytes.subarray(0, GCM_NONCE_BYTES);
  const sealed = bytes.subarray(GCM_NONCE_BYTES, -GCM_TAG_BYTES);
  // A tag of full length: a short one can be guessed.
  const decipher = createDecipheriv(cipher, key, nonce, { authTagLength: GCM_TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(-GCM_TAG_BYTES));
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}

function openCbc(cipher: "aes-128-cbc" | "aes-256-cbc", key: Buffer, bytes: Buffer): Buffer {
  const decipher = createDecipheriv(cipher, key, bytes.subarray(0, CBC_BLOCK_BYTES)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes.subarray(CBC_BLOCK_BYTES)), decipher.final()]);
  const paddingBytes = padded.at(-1) ?? 0;
  if (paddingBytes < 1 || paddingBytes > CBC_BLOCK_BYTES) throw new SamlError("saml_decrypt");
  return padded.subarray(0, -paddingBytes);
}

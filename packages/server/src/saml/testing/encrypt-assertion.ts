import { constants, createCipheriv, publicEncrypt } from "node:crypto";
import { systemRandom } from "#kernel";

const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const XENC = "http://www.w3.org/2001/04/xmlenc#";
const XENC11 = "http://www.w3.org/2009/xmlenc11#";

/** Encryption algorithms by their short names. */
export interface EncryptionOptions {
  readonly certificatePem: string;
  readonly cipher?: "aes256-gcm" | "aes128-gcm" | "aes256-cbc" | "aes128-cbc";
  readonly keyTransport?: "rsa-oaep-mgf1p" | "rsa-1_5";
  /** Cuts the tag of GCM to so many bytes. */
  readonly tagBytes?: number;
  /** Changes the ciphertext before it is written. */
  readonly tamper?: (bytes: Buffer) => Buffer;
  /** Where the key stands: inside the data, or beside it with a reference. */
  readonly place?: "inside" | "beside";
}

/** An EncryptedAssertion with text inside. */
export function encryptAssertion(plain: string, options: EncryptionOptions): string {
  const { cipher = "aes256-gcm", keyTransport = "rsa-oaep-mgf1p", place = "inside" } = options;
  const contentKey = randomBytes(cipher.startsWith("aes256") ? 32 : 16);
  const sealed = cipher.endsWith("gcm")
    ? sealGcm(cipher, contentKey, plain)
    : sealCbc(cipher, contentKey, plain);
  const cut = sealed.subarray(0, sealed.length - (16 - (options.tagBytes ?? 16)));
  const content = (options.tamper?.(cut) ?? cut).toString("base64");
  const padding = keyTransport === "rsa-1_5" ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_OAEP_PADDING;
  const key = publicEncrypt({ key: options.certificatePem, padding }, contentKey).toString("base64");
  const uri = cipher.endsWith("gcm") ? XENC11 : XENC;
  const encryptedKey = `<xenc:EncryptedKey xmlns:xenc="${XENC}" Id="_k1"><xenc:EncryptionMethod Algorithm="${XENC}${keyTransport}"/><xenc:CipherData><xenc:CipherValue>${key}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`;
  const keyInfo =
    place === "inside" ? encryptedKey : `<ds:RetrievalMethod Type="${XENC}EncryptedKey" URI="#_k1"/>`;
  return [
    `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">`,
    `<xenc:EncryptedData xmlns:xenc="${XENC}" Type="${XENC}Element"><xenc:EncryptionMethod Algorithm="${uri}${cipher}"/>`,
    `<ds:KeyInfo xmlns:ds="${DSIG}">${keyInfo}</ds:KeyInfo>`,
    `<xenc:CipherData><xenc:CipherValue>${content}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>`,
    place === "inside" ? "" : encryptedKey,
    "</saml:EncryptedAssertion>",
  ].join("");
}

function sealGcm(cipher: string, key: Buffer, plain: string): Buffer {
  const nonce = randomBytes(12);
  const sealer = createCipheriv(nodeName(cipher) as "aes-256-gcm", key, nonce);
  return Buffer.concat([nonce, sealer.update(plain, "utf8"), sealer.final(), sealer.getAuthTag()]);
}

function sealCbc(cipher: string, key: Buffer, plain: string): Buffer {
  const iv = randomBytes(16);
  const sealer = createCipheriv(nodeName(cipher), key, iv);
  return Buffer.concat([iv, sealer.update(plain, "utf8"), sealer.final()]);
}

function nodeName(cipher: string): string {
  return cipher.replace("aes", "aes-");
}

function randomBytes(count: number): Buffer {
  return Buffer.from(systemRandom.bytes(count));
}

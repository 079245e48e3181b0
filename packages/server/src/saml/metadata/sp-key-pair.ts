import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { NewKeyPair, SpKeyPair } from "../contract.ts";

const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 3072,
  publicExponent: Uint8Array.of(1, 0, 1),
} as const;
const YEARS = 3;
const SERIAL_BYTES = 16;
const COMMON_NAME_CHARS_MAX = 64;

/**
 * Makes a key pair of ours: RSA-3072 and a certificate that signs itself for three years. The key comes from the machine's
 * own randomness; `random` makes the serial number.
 */
export async function newSpKeyPair({ commonName, nowMs, random }: NewKeyPair): Promise<SpKeyPair> {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ["sign", "verify"]);
  const notAfter = new Date(nowMs);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + YEARS);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(random.bytes(SERIAL_BYTES)),
      name: [{ CN: [commonName.slice(0, COMMON_NAME_CHARS_MAX)] }],
      notBefore: new Date(nowMs),
      notAfter,
      signingAlgorithm: RSA,
      keys,
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  return { certificatePem: certificate.toString("pem"), privateKeyPem: pem("PRIVATE KEY", pkcs8) };
}

/** Positive, and as long as it looks (RFC 5280 4.1.2.2). */
function serialNumber(bytes: Uint8Array): string {
  const [first = 0, ...rest] = bytes;
  return Buffer.from([(first & 0x3f) | 0x40, ...rest]).toString("hex");
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

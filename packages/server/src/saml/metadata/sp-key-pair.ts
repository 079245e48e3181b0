import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { NewKeyPair, SpKeyPair } from "../contract.ts";
import { writeCertificate } from "./self-signed-certificate.ts";

const MODULUS_BITS = 3072;
const YEARS = 3;
const SERIAL_BYTES = 16;
const COMMON_NAME_CHARS_MAX = 64;

/**
 * Makes a key pair of ours: RSA-3072 and a certificate that signs itself for three years. The key comes from the machine's
 * own randomness; `random` makes the serial number.
 */
export async function newSpKeyPair({ commonName, nowMs, random }: NewKeyPair): Promise<SpKeyPair> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)("rsa", { modulusLength: MODULUS_BITS });
  const notAfter = new Date(nowMs);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + YEARS);
  const certificatePem = writeCertificate({
    commonName: commonName.slice(0, COMMON_NAME_CHARS_MAX),
    serialNumber: serialNumber(random.bytes(SERIAL_BYTES)),
    notBefore: new Date(nowMs),
    notAfter,
    publicKey,
    privateKey,
  });
  return { certificatePem, privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

/** Positive, and as long as it looks (RFC 5280 4.1.2.2). */
function serialNumber([first = 0, ...rest]: Uint8Array): Uint8Array {
  return Uint8Array.of((first & 0x3f) | 0x40, ...rest);
}

import { generateKeyPairSync } from "node:crypto";
import { writeCertificate } from "../metadata/self-signed-certificate.ts";

/** A key pair with a certificate, as PEM, as a provider or a stranger would have it. */
export interface TestKey {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface TestKeyOptions {
  readonly bits?: number;
  readonly hash?: "sha256" | "sha1";
  readonly notAfter?: Date;
}

/** Makes a key and a certificate that signs itself. 2048 bits unless said otherwise: it is quick. */
export function makeTestKey(commonName: string, options: TestKeyOptions = {}): TestKey {
  const { bits = 2048, hash = "sha256", notAfter = new Date("2036-01-01T00:00:00Z") } = options;
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const certificatePem = writeCertificate({
    commonName,
    serialNumber: Uint8Array.of(0x4a, 1),
    notBefore: new Date("2020-01-01T00:00:00Z"),
    notAfter,
    publicKey,
    privateKey,
    hash,
  });
  return { certificatePem, privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

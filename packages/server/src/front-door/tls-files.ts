import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { SecureContextOptions } from "node:tls";
import { createSecureContext } from "node:tls";
import { HoldfastError } from "@holdfast/protocol";

/** Where a certificate is, and its key; and authorities whose certificates clients must show. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthority?: string;
}

/** TLS 1.3, and of 1.2 the suites with forward secrecy and authenticated encryption alone (RFC 9325, 4.2). */
export const TLS_RULES: SecureContextOptions = {
  minVersion: "TLSv1.2",
  ciphers: [
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
  ].join(":"),
};

/**
 * Reads certificate and key, and sees that they belong together and have not expired.
 *
 * @throws HoldfastError `config_invalid` naming the file, never its content
 */
export function readTlsFiles(files: TlsFiles, now: number): SecureContextOptions {
  const cert = read(files.certificate);
  const key = read(files.key);
  const ca = files.clientAuthority === undefined ? {} : { ca: read(files.clientAuthority) };
  try {
    const parsed = new X509Certificate(cert);
    if (Date.parse(parsed.validTo) <= now) throw new Error(`the certificate expired on ${parsed.validTo}`);
    createSecureContext({ cert, key });
  } catch (cause) {
    const reason =
      cause instanceof Error && cause.message.startsWith("the certificate")
        ? cause.message
        : "they do not belong together, or are none";
    throw new HoldfastError(
      "config_invalid",
      `Cannot serve TLS with ${files.certificate} and ${files.key}: ${reason}.`,
    );
  }
  return { ...TLS_RULES, cert, key, ...ca };
}

/** What changes when one of the files does. */
export function tlsStamp(files: TlsFiles): string {
  return [files.certificate, files.key, files.clientAuthority ?? ""]
    .map((path) => {
      const stat = path === "" ? undefined : statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? "-" : `${stat.mtimeMs}/${stat.size}/${stat.ino}`;
    })
    .join(" ");
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new HoldfastError("config_invalid", `Cannot read ${path}, which TLS needs.`, { cause });
  }
}

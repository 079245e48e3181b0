import type { KeyObject } from "node:crypto";
import { sign } from "node:crypto";

/** What a certificate says. Its key signs it. */
export interface CertificateText {
  readonly commonName: string;
  /** Positive, at most 20 bytes, the first neither zero nor above 0x7f. */
  readonly serialNumber: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly hash?: keyof typeof SIGNATURE_OIDS;
}

/** sha256WithRSAEncryption and its elder (RFC 8017, appendix C). */
const SIGNATURE_OIDS = { sha256: "2a864886f70d01010b", sha1: "2a864886f70d010105" } as const;
const COMMON_NAME_OID = "550403";
const BASIC_CONSTRAINTS_OID = "551d13";

/**
 * Writes an X.509 certificate for an RSA key, signed by itself (RFC 5280 4.1), as PEM. Node reads certificates and writes none;
 * this one form is all that SAML needs, where a certificate is a key with a name on it.
 */
export function writeCertificate(text: CertificateText): string {
  const { hash = "sha256" } = text;
  const algorithm = sequence(oid(SIGNATURE_OIDS[hash]), tagged(NULL));
  const name = sequence(
    tagged(SET, sequence(oid(COMMON_NAME_OID), tagged(UTF8_STRING, Buffer.from(text.commonName)))),
  );
  const isNoAuthority = sequence(
    oid(BASIC_CONSTRAINTS_OID),
    tagged(BOOLEAN, TRUE),
    tagged(OCTET_STRING, sequence()),
  );
  const toBeSigned = sequence(
    tagged(VERSION, tagged(INTEGER, Buffer.of(2))),
    tagged(INTEGER, Buffer.from(text.serialNumber)),
    algorithm,
    name,
    sequence(time(text.notBefore), time(text.notAfter)),
    name,
    text.publicKey.export({ type: "spki", format: "der" }),
    tagged(EXTENSIONS, sequence(isNoAuthority)),
  );
  const signature = sign(hash, toBeSigned, text.privateKey);
  const der = sequence(toBeSigned, algorithm, tagged(BIT_STRING, Buffer.of(0), signature));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/** Tags of DER (X.690). */
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const NULL = 0x05;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const TRUE = Buffer.of(0xff);

function tagged(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

function sequence(...content: readonly Uint8Array[]): Buffer {
  return tagged(SEQUENCE, ...content);
}

function oid(hex: string): Buffer {
  return tagged(OBJECT_IDENTIFIER, Buffer.from(hex, "hex"));
}

/** Two digits for the year until 2049, four from then on (RFC 5280 4.1.2.5). */
function time(at: Date): Buffer {
  const digits = `${at.toISOString().replace(/[-:T]|\..*$/g, "")}Z`;
  const isUtcTime = at.getUTCFullYear() < 2050;
  return tagged(isUtcTime ? UTC_TIME : GENERALIZED_TIME, Buffer.from(isUtcTime ? digits.slice(2) : digits));
}

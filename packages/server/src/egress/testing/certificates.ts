import type { KeyObject } from "node:crypto";
import { generateKeyPairSync, sign } from "node:crypto";
import { systemClock, systemRandom } from "#kernel";

/** A certificate and its private key, both PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

interface Authority extends Certified {
  readonly name: string;
  readonly signer: KeyObject;
}

const YEAR = 365 * 24 * 3600 * 1000;

/** An authority that signs itself, trusted by nobody who is not told of it. */
export function createAuthority(name: string): Authority {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const cert = certificate({
    subject: name,
    issuer: name,
    key: pair.publicKey,
    signer: pair.privateKey,
    extensions: [extension(BASIC_CONSTRAINTS, sequence(BOOLEAN_TRUE), true)],
    expiresAt: systemClock.now() + YEAR,
  });
  return { name, signer: pair.privateKey, cert, key: privatePem(pair.privateKey) };
}

/** A certificate of the authority for one address (`127.0.0.1` style), or one name. */
export function certify(
  authority: Authority,
  address: string,
  expiresAt = systemClock.now() + YEAR,
): Certified {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const alternative = /^[\d.]+$/.test(address)
    ? tagged(0x87, Buffer.from(address.split(".").map(Number)))
    : tagged(0x82, Buffer.from(address));
  const cert = certificate({
    subject: "app",
    issuer: authority.name,
    key: pair.publicKey,
    signer: authority.signer,
    extensions: [extension(ALTERNATIVE_NAMES, sequence(alternative), false)],
    expiresAt,
  });
  return { cert, key: privatePem(pair.privateKey) };
}

// What follows writes X.509 version 3 (RFC 5280, 4.1) in DER, as far as these tests need it.

const ECDSA_SHA256 = sequence(identifier(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const COMMON_NAME = identifier(0x55, 0x04, 0x03);
const BASIC_CONSTRAINTS = identifier(0x55, 0x1d, 0x13);
const ALTERNATIVE_NAMES = identifier(0x55, 0x1d, 0x11);
const BOOLEAN_TRUE = tagged(0x01, Buffer.from([0xff]));

function certificate(of: {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly expiresAt: number;
}): string {
  const version = tagged(0xa0, tagged(0x02, Buffer.from([2])));
  // The first byte must be neither zero nor negative.
  const serial = tagged(0x02, Buffer.concat([Buffer.from([1]), systemRandom.bytes(8)]));
  const validity = sequence(time(of.expiresAt - 2 * YEAR), time(of.expiresAt));
  const publicKey = of.key.export({ format: "der", type: "spki" });
  const extensions = tagged(0xa3, sequence(...of.extensions));
  const signed = sequence(
    version,
    serial,
    ECDSA_SHA256,
    distinguishedName(of.issuer),
    validity,
    distinguishedName(of.subject),
    publicKey,
    extensions,
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", signed, of.signer)]));
  const base64 = sequence(signed, ECDSA_SHA256, signature).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
}

function extension(id: Buffer, value: Buffer, isCritical: boolean): Buffer {
  return sequence(id, ...(isCritical ? [BOOLEAN_TRUE] : []), tagged(0x04, value));
}

function distinguishedName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from(name)))));
}

/** GeneralizedTime: `YYYYMMDDhhmmssZ`. */
function time(at: number): Buffer {
  return tagged(0x18, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]|\..*/g, "")}Z`));
}

function identifier(...bytes: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function privatePem(key: KeyObject): string {
  return key.export({ format: "pem", type: "pkcs8" }).toString();
}

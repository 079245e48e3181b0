import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** What an authenticator does wrong, as a test wants it. */
export interface PasskeyLies {
  readonly origin?: string;
  readonly relyingParty?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly isVerified?: boolean;
  readonly counter?: number;
  readonly signedBy?: SoftPasskey;
  readonly id?: string;
}

/** A passkey in software, which does what it is told (WebAuthn level 3, 6.1 and 6.5). */
export interface SoftPasskey {
  readonly id: string;
  readonly privateKey: ReturnType<typeof generateKeyPairSync>["privateKey"];
  /** The answer to options for making one. */
  make(challenge: string, lies?: PasskeyLies): object;
  /** The answer to options for showing one. */
  show(challenge: string, lies?: PasskeyLies): object;
}

/** @param origin where it believes to be */
export function softPasskey(origin: string): SoftPasskey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" }) as { x?: string; y?: string };
  const rawId = randomBytes(32);
  const id = rawId.toString("base64url");
  let count = 0;

  const sha256 = (data: string | Buffer): Buffer => createHash("sha256").update(data).digest();
  function clientData(type: string, challenge: string, lies: PasskeyLies): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: false,
      }),
    );
  }
  function authenticatorData(lies: PasskeyLies, attested: Buffer | null): Buffer {
    const flags = 0x01 | (lies.isVerified === false ? 0 : 0x04) | (attested === null ? 0 : 0x40);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(lies.counter ?? (count += 1));
    const party = sha256(lies.relyingParty ?? new URL(origin).hostname);
    return Buffer.concat([party, Buffer.of(flags), counter, ...(attested === null ? [] : [attested])]);
  }

  const passkey: SoftPasskey = {
    id,
    privateKey,
    make(challenge, lies = {}) {
      // COSE: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
      const key = Buffer.concat([
        Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]),
        Buffer.from(x, "base64url"),
        Buffer.from([0x22, 0x58, 0x20]),
        Buffer.from(y, "base64url"),
      ]);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(rawId.length);
      const data = authenticatorData(lies, Buffer.concat([Buffer.alloc(16), length, rawId, key]));
      const size = Buffer.alloc(2);
      size.writeUInt16BE(data.length);
      // CBOR: {"fmt": "none", "attStmt": {}, "authData": data}.
      const attestation = Buffer.concat([
        Buffer.from([0xa3, 0x63]),
        Buffer.from("fmt"),
        Buffer.of(0x64),
        Buffer.from("none"),
        Buffer.of(0x67),
        Buffer.from("attStmt"),
        Buffer.from([0xa0, 0x68]),
        Buffer.from("authData"),
        Buffer.of(0x59),
        size,
        data,
      ]);
      return {
        id,
        rawId: id,
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData("webauthn.create", challenge, lies).toString("base64url"),
          attestationObject: attestation.toString("base64url"),
          transports: ["internal"],
        },
      };
    },
    show(challenge, lies = {}) {
      const client = clientData("webauthn.get", challenge, lies);
      const data = authenticatorData(lies, null);
      const signer = lies.signedBy?.privateKey ?? privateKey;
      const signature = sign("sha256", Buffer.concat([data, sha256(client)]), signer);
      const shown = lies.id ?? id;
      return {
        id: shown,
        rawId: shown,
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: client.toString("base64url"),
          authenticatorData: data.toString("base64url"),
          signature: signature.toString("base64url"),
        },
      };
    },
  };
  return passkey;
}

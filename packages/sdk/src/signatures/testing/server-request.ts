import { generateKeyPairSync, sign as signBytes } from "node:crypto";
import type { KeyPurpose, MessageSigner, SignatureTag, SigningKey } from "@holdfast/protocol";
import { canonicalJson, formatServerKey, hmacKey, serverKeyOf, sign, signMessage } from "@holdfast/protocol";
import { nodeDigest } from "./test-world.ts";

/** A request as it stands on the wire, to be changed by tests. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A call as a server of ours writes it. */
export const CALL: WireRequest = {
  method: "POST",
  target: "/api/holdfast?fnId=shop-ship&stepId=step",
  headers: {
    "x-run-id": "run-1",
    "x-request-id": "request-1",
    "x-inngest-generation-id": "1",
    "x-inngest-job-id": "run-1:start",
    "x-inngest-req-version": "-1",
    "x-inngest-server-kind": "cloud",
  },
  body: canonicalJson({
    ctx: { run_id: "run-1", signatures: "v2" },
    event: { data: {}, name: "a" },
    version: -1,
  }),
};

let nonceCount = 0;

/** Another one each time. */
export function newNonce(): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE((nonceCount += 1));
  return bytes.toString("base64url");
}

export interface Signing {
  readonly key: SigningKey;
  readonly atMs: number;
  readonly nonce?: string;
  readonly audience?: string;
  readonly tag?: SignatureTag;
  readonly purpose?: Exclude<KeyPurpose, "ed25519-seed">;
  readonly signer?: MessageSigner;
}

/** The request as the server sends it: with the protocol's own signature, and with that of v2. */
export function signedRequest(request: WireRequest, signing: Signing): WireRequest {
  const { key, atMs } = signing;
  const compat = { "x-inngest-signature": sign(request.body, key, atMs, nodeDigest) };
  const headers = { ...request.headers, ...compat };
  const added = signMessage(
    {
      tag: signing.tag ?? "call",
      message: {
        kind: "request",
        method: request.method,
        target: request.target,
        header: (name) => request.headers[name] ?? null,
      },
      body: request.body,
      audience: signing.audience ?? "/shop",
      nonce: signing.nonce ?? newNonce(),
      nowMs: atMs,
    },
    signing.signer ?? hmacKey(key, signing.purpose ?? "server-to-app", nodeDigest),
    nodeDigest,
  );
  return { ...request, headers: { ...headers, ...added } };
}

/** A server's Ed25519 key: what signs, and its public half as apps are configured with it. */
export function ed25519Key(): {
  readonly signer: MessageSigner;
  readonly serverKey: string;
  readonly publicKey: Uint8Array;
} {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const bytes = new Uint8Array(Buffer.from(String(publicKey.export({ format: "jwk" }).x), "base64url"));
  const key = serverKeyOf(bytes, nodeDigest);
  return {
    publicKey: bytes,
    serverKey: formatServerKey(key),
    signer: {
      keyId: key.keyId,
      alg: "ed25519",
      sign: (base) => signBytes(null, Buffer.from(base), privateKey).toString("base64"),
    },
  };
}

import type { Digest } from "../digest.ts";
import { base64, hexBytes } from "../encodings.ts";

/** How long a log was, and what it held then. */
export interface Checkpoint {
  /** Which log: `holdfast/<name>`. */
  readonly origin: string;
  readonly size: number;
  /** Root of the tree over its entries, hex. */
  readonly root: string;
  /** Hash of its last entry, hex. */
  readonly chain: string;
}

/** An Ed25519 key by which checkpoints are known. */
export interface CheckpointKey {
  /** 32 bytes, base64. */
  readonly publicKey: string;
}

export interface SignedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** What was signed. */
  readonly body: string;
  readonly signatures: readonly {
    readonly name: string;
    readonly keyHash: string;
    readonly signature: Uint8Array;
  }[];
}

/** Verifies an Ed25519 signature (RFC 8032) over text; keys are 32 bytes. */
export type VerifyEd25519 = (publicKey: Uint8Array, message: string, signature: Uint8Array) => boolean;

/**
 * The text that is signed: origin, size, root in base64, and an extension line with the hash of the chain (C2SP
 * tlog-checkpoint).
 */
export function checkpointBody({ origin, size, root, chain }: Checkpoint): string {
  return `${origin}\n${size}\n${base64(hexBytes(root))}\nchain ${chain}\n`;
}

/** The body with one signature, in the form of a C2SP signed note. */
export function signedCheckpoint(
  checkpoint: Checkpoint,
  key: { readonly publicKey: Uint8Array; sign(body: string): Uint8Array },
  digest: Digest,
): string {
  const body = checkpointBody(checkpoint);
  const signature = key.sign(body);
  const line = new Uint8Array(4 + signature.length);
  line.set(hexBytes(keyHash(checkpoint.origin, key.publicKey, digest)), 0);
  line.set(signature, 4);
  return `${body}\n— ${checkpoint.origin} ${base64(line)}\n`;
}

/** Reads a signed checkpoint; null for what is none. Whether its signatures are good is another question. */
export function readCheckpoint(note: string): SignedCheckpoint | null {
  const end = note.indexOf("\n\n");
  if (end < 0) return null;
  const body = note.slice(0, end + 1);
  const parts = /^([^\s+]+)\n(\d{1,15})\n([A-Za-z0-9+/]{43}=)\nchain ([0-9a-f]{64})\n$/.exec(body);
  if (parts === null) return null;
  // Each of them is in what matched.
  const [, origin = "", size = "", root = "", chain = ""] = parts;
  const signatures = [];
  for (const line of note
    .slice(end + 2)
    .split("\n")
    .slice(0, -1)) {
    const [, name, content] = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = content === undefined ? null : base64Bytes(content);
    if (name === undefined || bytes === null || bytes.length < 5) return null;
    signatures.push({ name, keyHash: hexOf(bytes.slice(0, 4)), signature: bytes.slice(4) });
  }
  const checkpoint = {
    origin,
    size: Number(size),
    root: hexOf(base64Bytes(root) ?? new Uint8Array()),
    chain,
  };
  return { checkpoint, body, signatures };
}

/** Whether one of these keys signed it. */
export function isSignedBy(
  signed: SignedCheckpoint,
  keys: readonly CheckpointKey[],
  verify: VerifyEd25519,
  digest: Digest,
): boolean {
  const { origin } = signed.checkpoint;
  return keys.some(({ publicKey }) => {
    const bytes = base64Bytes(publicKey);
    if (bytes?.length !== 32) return false;
    const hash = keyHash(origin, bytes, digest);
    return signed.signatures.some(
      (one) => one.name === origin && one.keyHash === hash && verify(bytes, signed.body, one.signature),
    );
  });
}

/** The first four bytes of a hash over name and key, by which a signed note names its key, hex. */
function keyHash(name: string, publicKey: Uint8Array, digest: Digest): string {
  const text = new TextEncoder().encode(`${name}\n`);
  const bytes = new Uint8Array(text.length + 1 + publicKey.length);
  bytes.set(text);
  bytes[text.length] = 0x01;
  bytes.set(publicKey, text.length + 1);
  return digest.sha256Hex(bytes).slice(0, 8);
}

function base64Bytes(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

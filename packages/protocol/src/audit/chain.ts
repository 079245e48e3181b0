import type { Digest } from "../digest.ts";
import { hexBytes } from "../encodings.ts";

/** What the first entry of a log hangs on. */
export const CHAIN_START = "0".repeat(64);

/** Hash of an entry's canonical text, hex: the leaf hash of RFC 6962 (2.1), so that one hash serves chain and tree. */
export function entryHash(text: string, digest: Digest): string {
  return digest.sha256Hex(`\u0000${text}`);
}

/**
 * Hash of a log up to an entry, hex: SHA-256 over 0x02, the hash before, the entry's own, and its place as eight bytes,
 * the highest first. The place is in it, so that entries cannot be renumbered.
 */
export function chainHash(previousHash: string, entry: string, seq: number, digest: Digest): string {
  const bytes = new Uint8Array(1 + 32 + 32 + 8);
  bytes[0] = 0x02;
  bytes.set(hexBytes(previousHash), 1);
  bytes.set(hexBytes(entry), 33);
  new DataView(bytes.buffer).setBigUint64(65, BigInt(seq));
  return digest.sha256Hex(bytes);
}

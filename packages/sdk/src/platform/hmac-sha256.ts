import { sha256 } from "./sha256.ts";

/** A key longer than a block of the hash is hashed first. */
const BLOCK_BYTES = 64;

/** HMAC-SHA256 (RFC 2104) of bytes, for platforms whose own is asynchronous only. 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const short = key.length > BLOCK_BYTES ? sha256(key) : key;
  const inner = masked(short, 0x36, message.length);
  inner.set(message, BLOCK_BYTES);
  const outer = masked(short, 0x5c, 32);
  outer.set(sha256(inner), BLOCK_BYTES);
  return sha256(outer);
}

/** The key, padded with zeros to a block and combined with one byte, and room for what follows. */
function masked(key: Uint8Array, mask: number, roomBytes: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES + roomBytes);
  bytes.set(key);
  for (let index = 0; index < BLOCK_BYTES; index++) bytes[index] = (bytes[index] ?? 0) ^ mask;
  return bytes;
}

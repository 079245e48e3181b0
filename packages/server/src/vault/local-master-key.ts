import { hash } from "node:crypto";
import { HoldfastError } from "@holdfast/protocol";
import type { MasterKey } from "./contract.ts";
import { KEY_BYTES, openUnder, sealUnder } from "./envelope.ts";

/**
 * A master key that this process holds: 32 bytes in hex or base64, wherever they came from.
 *
 * @param origin says where it was set, for the error
 * @throws HoldfastError `master_key_invalid`; never quotes it
 */
export function localMasterKey(
  text: string,
  origin: string,
  random: (count: number) => Uint8Array,
): MasterKey {
  const key = readMasterKey(text, origin);
  const id = hash("sha256", key, "hex").slice(0, 8);
  return {
    id,
    wrap: async (dataKey, about) => sealUnder(key, id, dataKey, [about], random),
    unwrap: async (wrapped, about) => openUnder(key, wrapped, [about]),
  };
}

/** A new one, as text. */
export function makeMasterKey(random: (count: number) => Uint8Array): string {
  return Buffer.from(random(KEY_BYTES)).toString("base64");
}

function readMasterKey(text: string, origin: string): Buffer {
  const trimmed = text.trim();
  const isHex = /^[0-9a-f]{64}$/i.test(trimmed);
  const bytes = isHex ? Buffer.from(trimmed, "hex") : Buffer.from(trimmed, "base64");
  // What decodes and is written again the same is base64, and nothing that merely looks like it.
  const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed);
  if ((isHex || isBase64) && bytes.length === KEY_BYTES && new Set(bytes).size > 8) return bytes;
  throw new HoldfastError(
    "master_key_invalid",
    `Cannot use the master key of ${origin}: it must be ${KEY_BYTES} random bytes, in base64 or hex. A passphrase is refused: it can be guessed.`,
  );
}

import { SealingError } from "../sealing-error.ts";
import type { KeyProvider } from "./key-provider.ts";
import type { SealingKey } from "./sealing-key.ts";
import { parseSealingKey } from "./sealing-key.ts";

/** Which keys there are, and what each may still do. */
export interface KeyRing {
  /** Seals and opens. Null where nothing is written any more. */
  readonly active: SealingKey | null;
  /** Open what they sealed. */
  readonly decryptOnly: readonly SealingKey[];
  /** Ids of keys that are known to others: what they sealed is refused. */
  readonly revoked: readonly string[];
}

const KEY_ID = /^[0-9a-f]{12}$/;
const REVOKED = "revoked:";

/**
 * Reads a ring from text, as it stands in a variable, a file or a command's output: keys apart by commas, blanks or lines,
 * the first of which is active and the others decrypt-only; `revoked:<key id>` for each that is revoked; lines that begin
 * with `#` are left out. `none` in the place of the first key makes a ring that only opens.
 *
 * @throws SealingError `seal_key_invalid`, naming which entry is at fault and never showing it.
 */
export function parseKeyRing(text: string): KeyRing {
  const entries = text
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .join("\n")
    .split(/[\s,]+/)
    .filter((entry) => entry !== "");
  const revoked = entries.filter((entry) => entry.startsWith(REVOKED)).map(readRevoked);
  const [first, ...others] = entries.filter((entry) => !entry.startsWith(REVOKED));
  if (first === undefined) {
    throw new SealingError("seal_key_invalid", "Cannot use the list of sealing keys: it names no key.");
  }
  const active = first === "none" ? null : parseSealingKey(first);
  return { active, decryptOnly: others.map((entry) => parseSealingKey(entry)), revoked };
}

/**
 * Keys that are at hand: given as a ring, or as its text.
 *
 * @throws SealingError `seal_key_invalid` when a key is listed twice, or both as usable and as revoked.
 */
export function staticKeys(ring: KeyRing | string): KeyProvider {
  const { active, decryptOnly, revoked } = typeof ring === "string" ? parseKeyRing(ring) : ring;
  const keys = new Map<string, SealingKey>();
  for (const key of [...(active === null ? [] : [active]), ...decryptOnly]) {
    if (keys.has(key.id) || revoked.includes(key.id)) {
      throw new SealingError(
        "seal_key_invalid",
        `Cannot use the list of sealing keys: it names key ${key.id} twice.`,
        { keyId: key.id },
      );
    }
    keys.set(key.id, key);
  }
  return {
    current() {
      if (active !== null) return active;
      throw new SealingError("seal_key_unavailable", "Cannot seal: the ring holds no active key.");
    },
    find(keyId) {
      if (!revoked.includes(keyId)) return keys.get(keyId) ?? null;
      throw new SealingError(
        "seal_key_revoked",
        `Cannot open a value: the key ${keyId} that sealed it is revoked.`,
        { keyId },
      );
    },
  };
}

function readRevoked(entry: string): string {
  const keyId = entry.slice(REVOKED.length);
  if (KEY_ID.test(keyId)) return keyId;
  throw new SealingError(
    "seal_key_invalid",
    "Cannot use the list of sealing keys: revoked: must be followed by a key's id of 12 hex digits.",
  );
}

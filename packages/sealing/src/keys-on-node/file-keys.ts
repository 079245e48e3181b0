import { readFileSync, statSync } from "node:fs";
import type { KeyProvider } from "../keys/key-provider.ts";
import { staticKeys } from "../keys/key-ring.ts";
import { SealingError } from "../sealing-error.ts";

/** Bits of a mode by which others than the owner could read or write. */
const OTHERS = 0o077;

interface FileState {
  /** Changes whenever the file does. */
  readonly version: string;
  readonly keys: KeyProvider;
}

/**
 * Keys from a file of mode 0600 that holds a ring's text, as `parseKeyRing` takes it. The file is read again as soon as it
 * changes: to rotate, replace it. While it cannot be read, nothing is sealed or opened, and what was tried is retried.
 *
 * @throws SealingError `seal_key_invalid` at once when the file cannot be read, can be read by others, or holds no keys;
 * afterwards `seal_key_unavailable` (retriable) for the same.
 */
export function fileKeys(path: string): KeyProvider {
  let state = readState(path, null);
  const latest = (): KeyProvider => {
    try {
      state = readState(path, state);
    } catch (error) {
      if (!(error instanceof SealingError)) throw error;
      throw new SealingError("seal_key_unavailable", error.message, { next: error.next });
    }
    return state.keys;
  };
  return { current: () => latest().current(), find: (keyId) => latest().find(keyId) };
}

function readState(path: string, known: FileState | null): FileState {
  try {
    const { mode, mtimeNs, size, ino } = statSync(path, { bigint: true });
    if (process.platform !== "win32" && (Number(mode) & OTHERS) !== 0) {
      throw new SealingError(
        "seal_key_invalid",
        `Cannot use the keys in ${path}: others may read the file.`,
        {
          next: `Run chmod 600 on it, and think of a new key if others could have read this one.`,
        },
      );
    }
    const version = `${mtimeNs}.${size}.${ino}`;
    if (known?.version === version) return known;
    return { version, keys: staticKeys(readFileSync(path, "utf8")) };
  } catch (error) {
    if (error instanceof SealingError) throw error;
    const reason = error instanceof Error && "code" in error ? String(error.code) : "it cannot be read";
    throw new SealingError("seal_key_invalid", `Cannot use the keys in ${path}: ${reason}.`);
  }
}

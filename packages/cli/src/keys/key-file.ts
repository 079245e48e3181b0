import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { HoldfastError, makeToken } from "@holdfast/protocol";
import { makePrivateFile } from "@holdfast/server";

/** Keys, and where they came from. The text of a key is never shown. */
export interface KeySet {
  readonly keys: readonly string[];
  /** Where: a variable, a flag, or the path of a file. */
  readonly origin: string;
  /** Whether they were made just now. */
  readonly isNew: boolean;
}

/** Which files under the data folder hold keys. */
export type KeyFileName = "signing-key" | "event-key" | "operator-token";

/** Text of a new key: what the SDKs accept as a signing key; an event key is any text, and this one is recognised. */
const MAKE: Readonly<Record<KeyFileName, () => string>> = {
  "signing-key": () => `signkey-prod-${randomBytes(32).toString("hex")}`,
  "event-key": () => makeToken("event", "production", randomBytes),
  "operator-token": () => makeToken("op", null, randomBytes),
};

/** Path of a key file. */
export function keyFilePath(dataDir: string, name: KeyFileName): string {
  return join(dataDir, "keys", name);
}

/**
 * The keys of a data folder; makes one when there is none: mode 0600, in a folder of mode 0700.
 * Two processes that do this at once end up with the same key.
 *
 * @throws HoldfastError `config_invalid` when the file cannot be written or read, or is empty.
 */
export function openKeyFile(dataDir: string, name: KeyFileName): KeySet {
  const path = keyFilePath(dataDir, name);
  let isNew = false;
  try {
    mkdirSync(join(dataDir, "keys"), { recursive: true, mode: 0o700 });
    // The folder may be older than this rule.
    chmodSync(join(dataDir, "keys"), 0o700);
    if (statSync(path, { throwIfNoEntry: false }) === undefined) isNew = makePrivateFile(path, MAKE[name]());
  } catch (cause) {
    throw new HoldfastError("config_invalid", `Cannot keep a key in ${path}: ${reasonOf(cause)}.`, {
      cause,
      next: "Let --data-dir name a folder that this user may write to.",
    });
  }
  return { keys: readKeyFile(path, path), origin: path, isNew };
}

/**
 * The keys in a file, one a line.
 *
 * @throws HoldfastError `config_invalid` when it cannot be read, or holds none. `origin` says who named it.
 */
export function readKeyFile(path: string, origin: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new HoldfastError("config_invalid", `Cannot read the key file of ${origin}: ${reasonOf(cause)}.`, {
      cause,
    });
  }
  const keys = text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
  if (keys.length === 0) {
    throw new HoldfastError("config_invalid", `Cannot read a key from ${path}: the file is empty.`, {
      next: "Put the key into the file, or remove the file to have a new one made.",
    });
  }
  return keys;
}

/** Whether others than its owner may read a file. Windows has no such modes. */
export function isReadableByOthers(path: string): boolean {
  return process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

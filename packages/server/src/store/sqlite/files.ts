import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";

/** Makes a folder that only its owner may enter. One that exists stays as its operator set it. */
export function ensurePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/**
 * Makes sure that a file exists and only its owner may read it, before SQLite opens it: SQLite gives the log and the
 * shared memory beside a file the file's own permissions. Never opens a file that exists.
 */
export function ensurePrivateFile(path: string): void {
  if (existsSync(path)) chmodSync(path, 0o600);
  else closeSync(openSync(path, "wx", 0o600));
}

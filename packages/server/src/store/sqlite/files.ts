import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Makes a folder that only its owner may enter. One that exists stays as its operator set it. */
export function ensurePrivateFolder(path: string): void {
  const firstMade = mkdirSync(path, { recursive: true, mode: 0o700 });
  // SQLite syncs the folder that it makes files in; that the folder itself is there after a power cut is for us to do.
  // Windows has no such call, and needs none.
  if (firstMade === undefined || process.platform === "win32") return;
  for (let made = resolve(path); made.length >= resolve(firstMade).length; made = dirname(made)) {
    const parent = openSync(dirname(made), "r");
    fsyncSync(parent);
    closeSync(parent);
  }
}

/**
 * Makes sure that a file exists and only its owner may read it, before SQLite opens it: SQLite gives the log and the
 * shared memory beside a file the file's own permissions. Never opens a file that exists.
 */
export function ensurePrivateFile(path: string): void {
  if (existsSync(path)) chmodSync(path, 0o600);
  else closeSync(openSync(path, "wx", 0o600));
}

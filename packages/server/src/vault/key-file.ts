import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { HoldfastError } from "@holdfast/protocol";

/**
 * Text of a file that nobody but its owner, who must be this process's user, may read or write.
 *
 * @throws HoldfastError `master_key_invalid`
 */
export function readPrivateFile(path: string): string {
  let mode: number;
  let owner: number;
  let text: string;
  try {
    // Of what the name leads to: a link to a file that others may read is refused for that file.
    ({ mode, uid: owner } = statSync(path));
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new HoldfastError("master_key_invalid", `Cannot read the master key in ${path}.`, { cause });
  }
  const fault = privacyFault(path, { mode, owner }, process.getuid?.() ?? null);
  if (fault !== null) throw fault;
  return text;
}

/**
 * What is wrong with who may read a file; null: nothing. Root reads whatever it likes, and may be given files of others.
 *
 * @param user of this process; null where there are none (Windows)
 */
export function privacyFault(
  path: string,
  { mode, owner }: { readonly mode: number; readonly owner: number },
  user: number | null,
): HoldfastError | null {
  if (user === null) return null;
  if ((mode & 0o077) !== 0)
    return new HoldfastError(
      "master_key_invalid",
      `Cannot use the master key in ${path}: others on this machine may read or change it (mode ${(mode & 0o777).toString(8)}).`,
      {
        next: `Run chmod 600 ${path}, and take a new key if somebody may have read it: holdfast keys master rotate.`,
      },
    );
  if (user === 0 || owner === user) return null;
  return new HoldfastError(
    "master_key_invalid",
    `Cannot use the master key in ${path}: it belongs to another user.`,
  );
}

/** Makes the file, whole or not at all, for its owner alone. `false`: there was one already. */
export function makePrivateFile(path: string, text: string): boolean {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  const file = openSync(draft, "wx", 0o600);
  try {
    writeSync(file, `${text}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    // Unlike a rename, a link fails when the name is taken.
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

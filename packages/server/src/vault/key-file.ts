import { linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
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
  const fault = privacyFault(path, { mode, owner }, process.getuid?.());
  if (fault !== null) throw fault;
  return text;
}

/**
 * What is wrong with who may read a file; null: nothing. Root reads whatever it likes, and may be given files of others.
 *
 * @param user of this process; undefined where there are none (Windows)
 */
export function privacyFault(
  path: string,
  { mode, owner }: { readonly mode: number; readonly owner: number },
  user: number | undefined,
): HoldfastError | null {
  if (user === undefined) return null;
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

/**
 * Makes the file, whole or not at all, for its owner alone. `false`: there was one already.
 *
 * @param link names a file a second time; fails when the name is taken, which a rename does not
 * @throws what the file system says, when it can do neither
 */
export function makePrivateFile(path: string, text: string, link: typeof linkSync = linkSync): boolean {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${text}\n`, { flag: "wx", mode: 0o600, flush: true });
  try {
    link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

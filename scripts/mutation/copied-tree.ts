import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";

/**
 * Copies what belongs to the repository, so that changed files are never those that somebody works on. Packages of the
 * repository lead into the copy, all others to where they are installed.
 */
export function copyTree(root: string): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-mutants-"));
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  for (const file of files.toString("utf8").split("\0"))
    if (file !== "" && existsSync(join(root, file))) cpSync(join(root, file), join(folder, file));
  link(join(root, "node_modules"), join(folder, "node_modules"), folder);
  // Where a package needs another version than the rest.
  for (const own of globSync("packages/*/node_modules", { cwd: root }))
    symlinkSync(join(root, own), join(folder, own));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function link(from: string, to: string, folder: string): void {
  mkdirSync(to);
  const own = new Map(
    readdirSync(join(folder, "packages")).map((name) => [
      name === "sdk" ? "holdfast" : name,
      join(folder, "packages", name),
    ]),
  );
  for (const name of readdirSync(from)) {
    if (name === "@holdfast") {
      mkdirSync(join(to, name));
      for (const each of readdirSync(join(from, name)))
        symlinkSync(own.get(each) ?? join(from, name, each), join(to, name, each));
    } else symlinkSync((name === "holdfast" ? own.get(name) : undefined) ?? join(from, name), join(to, name));
  }
}

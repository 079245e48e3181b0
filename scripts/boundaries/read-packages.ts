import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readImports } from "./imports.ts";
import type { PackageSource, SourceFile } from "./rules.ts";

/** Reads every package under `packages/` of a repository: its manifest, and what each of its files imports. */
export function readPackages(root: string): readonly PackageSource[] {
  const repository = readManifest(join(root, "package.json"));
  return readdirSync(join(root, "packages"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const manifest = readManifest(join(root, "packages", name, "package.json"));
      return {
        name,
        dependencies: namesIn(
          manifest,
          "dependencies",
          "peerDependencies",
          "optionalDependencies",
          // Compiled into the package when it is built, so that whoever installs it installs nothing else.
          "compiledInDependencies",
        ),
        devDependencies: [...namesIn(manifest, "devDependencies"), ...namesIn(repository, "devDependencies")],
        doors: namesIn(manifest, "exports"),
        files: readFiles(join(root, "packages", name, "src")),
      };
    });
}

function readFiles(source: string): readonly SourceFile[] {
  return globSync("**/*.{ts,tsx}", { cwd: source })
    .toSorted()
    .map((found) => {
      const path = found.replaceAll("\\", "/");
      return { path, imports: readImports(path, readFileSync(join(source, found), "utf8")) };
    });
}

type Manifest = Readonly<Record<string, unknown>>;

function readManifest(path: string): Manifest {
  const manifest: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (typeof manifest === "object" && manifest !== null) return { ...manifest };
  throw new Error(`Cannot read ${path}: it does not hold a JSON object.`);
}

function namesIn(manifest: Manifest, ...fields: readonly string[]): readonly string[] {
  return fields.flatMap((field) => {
    const listed = manifest[field];
    return typeof listed === "object" && listed !== null ? Object.keys(listed) : [];
  });
}

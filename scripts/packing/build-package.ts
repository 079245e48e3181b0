import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { rewriteSpecifiers } from "./rewrite-specifiers.ts";

/** Folders under `packages/`, each after those it imports, as in the table of packages in docs/ARCHITECTURE.md. */
export const BUILT_PACKAGES = ["protocol", "sdk", "sealing", "client", "server", "cli"] as const;

/** The compiler that is installed, whichever copy of the repository it compiles. */
const COMPILER = join(import.meta.dirname, "../../node_modules/typescript/bin/tsc");

/**
 * Compiles one package into its `dist/`, which is emptied first. What it imports has to be built already.
 *
 * A package whose manifest names `compiledInDependencies` gets those compiled into a folder of its own `dist/` each, and
 * its imports of them become paths, so that whoever installs it installs nothing else. It is also built lean: comments
 * are for editors and stay in the declarations alone, and there are no source maps.
 *
 * @param root of the repository, or of a copy of it.
 * @throws Error when something does not compile; the compiler has said what.
 */
export function buildPackage(root: string, name: string): void {
  const folder = join(root, "packages", name);
  const dist = join(folder, "dist");
  rmSync(dist, { recursive: true, force: true });
  const inside = compiledInDependencies(folder);
  if (inside.length === 0) {
    compile(root, name, []);
    return;
  }
  compileLean(root, name, dist);
  for (const dependency of inside) compileLean(root, folderOf(dependency), join(dist, folderOf(dependency)));
  rewriteSpecifiers(dist, new Map(inside.map((each) => [each, `${folderOf(each)}/index.js`])));
}

/** Twice, since the compiler keeps comments in both of its outputs or in neither. */
function compileLean(root: string, name: string, dist: string): void {
  const lean = ["--outDir", dist, "--sourceMap", "false", "--inlineSources", "false"];
  compile(root, name, [...lean, "--declaration", "false", "--removeComments", "true"]);
  compile(root, name, [...lean, "--emitDeclarationOnly"]);
}

function compile(root: string, name: string, options: readonly string[]): void {
  const project = join(root, "packages", name, "tsconfig.build.json");
  const { status } = spawnSync(process.execPath, [COMPILER, "-p", project, ...options], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error(`Cannot build packages/${name}: it does not compile.`);
}

function compiledInDependencies(folder: string): readonly string[] {
  // Our own manifest, whose field this is.
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly compiledInDependencies?: Readonly<Record<string, string>>;
  };
  return Object.keys(manifest.compiledInDependencies ?? {});
}

/** `@holdfast/protocol` is in `packages/protocol`. */
function folderOf(packageName: string): string {
  return packageName.slice(packageName.indexOf("/") + 1);
}

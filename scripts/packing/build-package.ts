import { spawnSync } from "node:child_process";
import { globSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPages } from "../pages/build-pages.ts";
import { bundleCode } from "./bundle-code.ts";
import { reachableDeclarations } from "./declarations.ts";
import { rewriteSpecifiers } from "./rewrite-specifiers.ts";

/** Folders under `packages/`, each after those it imports, as in the table of packages in docs/ARCHITECTURE.md. */
export const BUILT_PACKAGES = ["protocol", "sdk", "sealing", "client", "dashboard", "server", "cli"] as const;

/** The package that is files for browsers; what servers import of it is one small module. */
const PAGES = "dashboard";

/** The compiler that is installed, whichever copy of the repository it compiles. */
const COMPILER = join(import.meta.dirname, "../../node_modules/typescript/bin/tsc");

/**
 * Compiles one package into its `dist/`, which is emptied first. What it imports has to be built already.
 *
 * A package whose manifest names `compiledInDependencies` gets those compiled into a folder of its own `dist/` each, and
 * its imports of them become paths, so that whoever installs it installs nothing else. It is also built lean: its code is
 * bundled, its declarations are those that users can meet, and there are no source maps.
 *
 * @param root of the repository, or of a copy of it.
 * @throws Error when something does not compile; the compiler has said what.
 */
export async function buildPackage(root: string, name: string): Promise<void> {
  const folder = join(root, "packages", name);
  const dist = join(folder, "dist");
  rmSync(dist, { recursive: true, force: true });
  if (name === PAGES) {
    compile(root, name, []);
    await buildPages(root);
    return;
  }
  const manifest = readManifest(folder);
  const inside = Object.keys(manifest.compiledInDependencies ?? {});
  if (inside.length === 0) {
    compile(root, name, []);
    return;
  }
  compileLean(root, name, dist);
  for (const dependency of inside) compileLean(root, folderOf(dependency), join(dist, folderOf(dependency)));
  rewriteSpecifiers(dist, new Map(inside.map((each) => [each, `${folderOf(each)}/index.js`])));
  const entries = Object.values(manifest.exports ?? {}).map((entry) => ({
    code: entry.default.replace("./dist/", ""),
    types: entry.types.replace("./dist/", ""),
  }));
  pruneDeclarations(
    dist,
    entries.map(({ types }) => types),
  );
  await bundleCode(
    dist,
    entries.map(({ code }) => code),
  );
  removeEmptyFolders(dist);
}

/** Twice, since the compiler keeps comments in both of its outputs or in neither. They are for editors, which read declarations. */
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

function pruneDeclarations(dist: string, entries: readonly string[]): void {
  const paths = globSync("**/*.d.ts", { cwd: dist });
  const texts = new Map(paths.map((path) => [path, readFileSync(join(dist, path), "utf8")]));
  const reachable = reachableDeclarations(texts, entries);
  for (const path of paths) {
    const text = reachable.get(path);
    if (text === undefined) rmSync(join(dist, path));
    else writeFileSync(join(dist, path), text);
  }
}

function removeEmptyFolders(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

interface Manifest {
  readonly compiledInDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
}

function readManifest(folder: string): Manifest {
  // Our own manifests, whose fields these are.
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** `@holdfast/protocol` is in `packages/protocol`. */
function folderOf(packageName: string): string {
  return packageName.slice(packageName.indexOf("/") + 1);
}

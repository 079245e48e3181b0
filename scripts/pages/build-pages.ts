import { createHash } from "node:crypto";
import { globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { compactCss } from "./compact-css.ts";

/** What pages are made from, below the root. */
const SOURCES = [
  "packages/{dashboard,client,protocol}/src/**/*",
  "packages/dashboard/package.json",
  "scripts/pages.ts",
  "scripts/pages/*",
  "package-lock.json",
];

/** Written last: its age is the age of them all. */
const LAST = "files.json";

/** Whether a source is newer than what was made, or nothing was made yet. */
export function isOutdated(root: string): boolean {
  const made = statSync(join(dist(root), LAST), { throwIfNoEntry: false })?.mtimeMs;
  if (made === undefined) return true;
  return globSync(SOURCES, { cwd: root }).some((path) => statSync(join(root, path)).mtimeMs > made);
}

export interface BuiltPages {
  /** From the folder: `index.html`, `assets/app-1a2b3c4d.js`. */
  readonly files: readonly string[];
  readonly gzipBytes: number;
}

/**
 * Bundles the pages into `packages/dashboard/dist/`. Names under `assets/` carry a hash of what is in the file, so that
 * browsers may keep them for good; `files.json` lists every file there is.
 *
 * @throws Error when something does not compile
 */
export async function buildPages(root: string): Promise<BuiltPages> {
  const source = join(root, "packages/dashboard/src");
  const target = dist(root);
  rmSync(join(target, "assets"), { recursive: true, force: true });
  mkdirSync(join(target, "assets"), { recursive: true });

  const scripts = { app: await bundle(root, "main.tsx"), theme: await bundle(root, "first-paint.ts") };
  const styles = readdirSync(join(source, "styles"))
    .toSorted()
    .map((name) => readFileSync(join(source, "styles", name), "utf8"));
  const icon = readFileSync(join(source, "icon.svg"), "utf8");
  const assets = {
    "{app.js}": named("app", "js", scripts.app),
    "{first-paint.js}": named("first-paint", "js", scripts.theme),
    "{app.css}": named("app", "css", compactCss(styles.join("\n"))),
    "{icon.svg}": named("icon", "svg", icon),
  };
  let page = readFileSync(join(source, "index.html"), "utf8");
  for (const [mark, { name }] of Object.entries(assets)) page = page.replaceAll(mark, name);
  const files = [{ name: "index.html", text: page }, ...Object.values(assets)];
  for (const { name, text } of files) writeFileSync(join(target, name), text);
  const names = files.map(({ name }) => name);
  writeFileSync(join(target, LAST), `${JSON.stringify(names, null, 2)}\n`);
  return { files: names, gzipBytes: files.reduce((sum, { text }) => sum + gzipSync(text).length, 0) };
}

function dist(root: string): string {
  return join(root, "packages/dashboard/dist");
}

async function bundle(root: string, entry: string): Promise<string> {
  const built = await rolldown({
    input: join(root, "packages/dashboard/src", entry),
    cwd: root,
    platform: "browser",
    resolve: { conditionNames: ["@holdfast/source", "browser", "import", "default"] },
    transform: { define: { "process.env.NODE_ENV": '"production"' }, jsx: { runtime: "automatic" } },
    onLog(_level, log) {
      // Marks of a server that draws pages, which ours does not.
      if (log.code === "MODULE_LEVEL_DIRECTIVE") return;
      throw new Error(log.message);
    },
  });
  const { output } = await built.generate({ format: "iife", minify: true, comments: { legal: false } });
  await built.close();
  return output[0].code;
}

function named(name: string, type: string, text: string): { readonly name: string; readonly text: string } {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 10);
  return { name: `assets/${name}-${hash}.${type}`, text };
}

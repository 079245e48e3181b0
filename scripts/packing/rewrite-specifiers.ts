import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * Rewrites the imports of packages in everything that was compiled into a folder, in code and in declarations.
 *
 * @param folder that the compiler wrote.
 * @param targets for each package its door in that folder, such as `protocol/index.js`.
 */
export function rewriteSpecifiers(folder: string, targets: ReadonlyMap<string, string>): void {
  for (const found of globSync("**/*.{js,d.ts}", { cwd: folder })) {
    const path = join(folder, found);
    const text = readFileSync(path, "utf8");
    let rewritten = text;
    for (const [specifier, target] of targets) {
      rewritten = withSpecifier(rewritten, specifier, pathFrom(dirname(path), join(folder, target)));
    }
    if (rewritten !== text) writeFileSync(path, rewritten);
  }
}

/**
 * A module's text with another module in place of one it names: after `from`, `import`, or `import(`, as the compiler
 * writes them.
 */
export function withSpecifier(text: string, from: string, to: string): string {
  return text.replaceAll(
    /(\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"'\n]+)\2/g,
    (whole, before: string, quote: string, named: string) =>
      named === from ? before + quote + to + quote : whole,
  );
}

function pathFrom(folder: string, target: string): string {
  const path = relative(folder, target).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
}

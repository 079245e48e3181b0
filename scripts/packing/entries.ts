import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readImports } from "../boundaries/imports.ts";

/** One way into a package, as its manifest offers it. */
export interface Entry {
  /** As users import it: `holdfast/fetch`. */
  readonly specifier: string;
  readonly file: string;
}

/** A Node to import with. */
export interface NodeBinary {
  readonly path: string;
  /** `v24.21.0`. */
  readonly version: string;
}

/** Every entry of a package that is installed in a folder. */
export function readEntries(folder: string, name: string): readonly Entry[] {
  const home = join(folder, "node_modules", name);
  // A manifest of ours, which has exports of this form.
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, { readonly default: string }>>;
  };
  return Object.entries(manifest.exports).map(([path, targets]) => ({
    specifier: name + path.slice(1),
    file: join(home, targets.default),
  }));
}

/** Packages that an installed package can do without. */
export function optionalPeers(folder: string, name: string): readonly string[] {
  // A manifest of ours.
  const { peerDependenciesMeta = {} } = JSON.parse(
    readFileSync(join(folder, "node_modules", name, "package.json"), "utf8"),
  ) as { readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>> };
  return Object.entries(peerDependenciesMeta).flatMap(([peer, { optional }]) =>
    optional === true ? [peer] : [],
  );
}

/**
 * The Node that runs this, and the one on the path outside of `node_modules`, if that is another.
 *
 * @param path the environment's PATH.
 */
export function findNodes(path: string): readonly NodeBinary[] {
  const outside = path.split(":").filter((folder) => !folder.includes("node_modules"));
  const own = { path: process.execPath, version: process.version };
  const { stdout } = spawnSync("node", ["-p", "process.execPath + ' ' + process.version"], {
    env: { PATH: outside.join(":") },
    encoding: "utf8",
  });
  const [found, version] = stdout?.trim().split(" ") ?? [];
  return found === undefined || version === undefined || version === own.version
    ? [own]
    : [{ path: found, version }, own];
}

/** Imports an entry in a process of its own, without flags. Answers what was said when that failed, else null. */
export function importFailure(folder: string, entry: Entry, node: NodeBinary): string | null {
  const { status, stderr } = spawnSync(
    node.path,
    ["--input-type=module", "-e", `import "${entry.specifier}"`],
    {
      cwd: folder,
      env: {},
      encoding: "utf8",
    },
  );
  // A warning is something that users would see, too.
  if (status === 0 && stderr === "") return null;
  return /^\w*Error\b.*$/m.exec(stderr)?.[0] ?? stderr.trim();
}

/** How long an import takes, in ms: the median of several processes that import nothing else. */
export function importMs(folder: string, entry: Entry, node: NodeBinary, rounds: number): number {
  const program = `const began = performance.now();
    await import("${entry.specifier}");
    console.log(performance.now() - began);`;
  const took = Array.from({ length: rounds }, () =>
    Number(
      execFileSync(node.path, ["--input-type=module", "-e", program], {
        cwd: folder,
        env: {},
        encoding: "utf8",
      }),
    ),
  ).toSorted((one, other) => one - other);
  return took[Math.floor(rounds / 2)] ?? Number.NaN;
}

/** Modules outside of the package that an entry loads, by the imports of every file it reaches. */
export function outsideImports(entry: Entry): readonly string[] {
  const outside = new Set<string>();
  const seen = new Set<string>();
  const waiting = [entry.file];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { specifier } of readImports(file, readFileSync(file, "utf8"))) {
      if (specifier.startsWith(".")) waiting.push(join(dirname(file), specifier));
      else outside.add(specifier);
    }
  }
  return [...outside].toSorted();
}

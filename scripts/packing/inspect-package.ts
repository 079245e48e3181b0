import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { declarationFindings } from "./check-declarations.ts";
import type { NodeBinary } from "./entries.ts";
import { importFailure, importMs, optionalPeers, outsideImports, readEntries } from "./entries.ts";
import { folderBytes, installPacked } from "./install-packed.ts";
import { publintFindings, typeFindings } from "./judgements.ts";
import type { PackedPackage } from "./pack-package.ts";

/** Processes whose median is an import's time. */
const IMPORT_ROUNDS = 11;

/** A package as its users get it. */
export interface Inspection {
  /** What an install added, the package itself among it. */
  readonly packages: readonly string[];
  /** Everything that an install added. */
  readonly installedBytes: number;
  readonly entries: readonly InspectedEntry[];
  /** Everything that is wrong, one finding each; empty for a package that may be published. */
  readonly problems: readonly string[];
}

/** One way into a package. */
export interface InspectedEntry {
  readonly specifier: string;
  /** Modules it loads from outside of the package. */
  readonly outside: readonly string[];
}

/**
 * Installs a packed package into an empty folder and looks at it as a user meets it: each entry is imported by each Node,
 * and publint and "are the types wrong?" judge the tarball.
 *
 * @param others tarballs that stand in for the registry: what the package depends on.
 * @param workFolder a folder for the install.
 */
export async function inspectPackage(
  packed: PackedPackage,
  others: readonly PackedPackage[],
  nodes: readonly NodeBinary[],
  workFolder: string,
): Promise<Inspection> {
  mkdirSync(workFolder, { recursive: true });
  const folder = mkdtempSync(join(workFolder, "installed-"));
  const { packages } = installPacked(
    [packed, ...others].map(({ tarball }) => tarball),
    folder,
  );
  const entries = readEntries(folder, packed.name);
  const problems = [...contentProblems(packed), ...(await publintFindings(packed.tarball))];
  const types = typeFindings(packed.tarball);
  if (types !== null) problems.push(types);
  const installedBytes = folderBytes(join(folder, "node_modules"));

  const inspected = entries.map((entry) => ({
    ...entry,
    outside: existsSync(entry.file) ? outsideImports(entry) : [],
  }));
  // The others are for those who have installed the peer besides; it is not there.
  const peers = new Set(optionalPeers(folder, packed.name));
  const complete = inspected.filter(({ outside }) => !outside.some((module) => peers.has(module)));
  for (const entry of complete) {
    for (const node of nodes) {
      const failure = importFailure(folder, entry, node);
      if (failure === null) continue;
      problems.push(`Cannot import ${entry.specifier} with Node ${node.version}: ${failure}`);
    }
  }
  const declarations = declarationFindings(folder, complete);
  if (declarations !== null) problems.push(declarations);
  return {
    packages,
    installedBytes,
    entries: inspected,
    problems,
  };
}

/** How long the package's main entry takes to import, in ms, installed in a folder of its own. */
export function measureImport(
  packed: PackedPackage,
  others: readonly PackedPackage[],
  node: NodeBinary,
  workFolder: string,
): number {
  mkdirSync(workFolder, { recursive: true });
  const folder = mkdtempSync(join(workFolder, "measured-"));
  installPacked(
    [packed, ...others].map(({ tarball }) => tarball),
    folder,
  );
  const [main] = readEntries(folder, packed.name);
  if (main === undefined) throw new Error(`Cannot measure ${packed.name}: it has no entry.`);
  return importMs(folder, main, node, IMPORT_ROUNDS);
}

/** A tarball holds what was built, its papers, and nothing that only tests need. */
function contentProblems({ files }: PackedPackage): readonly string[] {
  const missing = ["package.json", "README.md", "LICENSE"].filter((paper) => !files.includes(paper));
  const strange = files.filter(
    (path) =>
      (!path.startsWith("dist/") && !/^(package\.json|README\.md|LICENSE)$/.test(path)) ||
      /(\.test\.|(^|\/)(testing|contract)\/)/.test(path) ||
      (path.endsWith(".ts") && !path.endsWith(".d.ts")),
  );
  return [
    ...missing.map((paper) => `${paper} is missing from the tarball.`),
    ...strange.map((path) => `${path} does not belong into the tarball.`),
  ];
}

/** One installed place in a lock file, as far as this program reads it. */
export interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export type LockPackages = Readonly<Record<string, LockEntry>>;

const SYSTEMS: ReadonlySet<string> = new Set([
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
]);
const PROCESSORS: ReadonlySet<string> = new Set([
  "arm",
  "arm64",
  "ia32",
  "loong64",
  "ppc64",
  "riscv64",
  "s390x",
  "x64",
]);
const LIBRARIES: Readonly<Record<string, string>> = {
  gnu: "glibc",
  gnueabihf: "glibc",
  musl: "musl",
  musleabihf: "musl",
};

/**
 * The entries a lock file lacks: packages for other platforms, named by an optional dependency, that the registry it was
 * made with does not hold. npm leaves them out when it writes the file, and `npm ci` then refuses the file for it.
 *
 * An entry made here has the exact version the dependent asks for, and the platform its name tells, which keeps npm from
 * fetching it elsewhere. It has no checksum, because nobody here has seen the package.
 *
 * @throws Error for a dependency whose version is a range or whose name tells no platform: that needs a person.
 */
export function missingPlatforms(packages: LockPackages): LockPackages {
  const made: Record<string, LockEntry> = {};
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const found = resolve({ ...packages, ...made }, path, name);
      if (found?.entry.version === version) continue;
      // Found, but for a range: npm holds it against the range itself.
      if (found !== null && !isExact(version)) continue;
      if (!isExact(version))
        throw new Error(`Cannot complete the lock file: ${path} wants "${name}" in the range "${version}".`);
      // Beside its dependent, unless another version has that place.
      const beside = `${path.slice(0, path.lastIndexOf("node_modules/"))}node_modules/${name}`;
      const place = found?.path === beside ? `${path}/node_modules/${name}` : beside;
      made[place] = {
        version,
        ...platformOf(name),
        ...(entry.dev === true ? { dev: true } : {}),
        optional: true,
      };
    }
  }
  return made;
}

/** Where Node finds a package from a place: in its own `node_modules`, or in one further up. */
function resolve(
  packages: LockPackages,
  from: string,
  name: string,
): { readonly path: string; readonly entry: LockEntry } | null {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf("/node_modules/")))) {
    const path = base === "" ? `node_modules/${name}` : `${base}/node_modules/${name}`;
    const entry = packages[path];
    if (entry !== undefined) return { path, entry };
    if (base === "") return null;
  }
}

function isExact(version: string): boolean {
  return /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version);
}

function platformOf(name: string): {
  readonly os: string[];
  readonly cpu?: string[];
  readonly libc?: string[];
} {
  const words = name.split(/[/-]/);
  const os = words.filter((word) => SYSTEMS.has(word));
  const cpu = words.filter((word) => PROCESSORS.has(word));
  const libc = words.flatMap((word) =>
    os.includes("linux") && word in LIBRARIES ? [LIBRARIES[word] ?? ""] : [],
  );
  if (os.length === 0)
    throw new Error(`Cannot complete the lock file: the name "${name}" tells no platform.`);
  return { os, ...(cpu.length === 0 ? {} : { cpu }), ...(libc.length === 0 ? {} : { libc }) };
}

import { posix } from "node:path";
import { findCycles } from "./cycles.ts";
import type { Import } from "./imports.ts";
import { COMPOSITION } from "./tables.ts";
import type { Permission, Row, Table, Tables } from "./tables.ts";

/** A source file of a package. */
export interface SourceFile {
  /** From the package's `src/`, with `/`: `queue/lease.ts`. */
  readonly path: string;
  readonly imports: readonly Import[];
}

/** A package as the check sees it. */
export interface PackageSource {
  /** Its folder under `packages/`, which is also its row in the table. */
  readonly name: string;
  readonly dependencies: readonly string[];
  /** What only its tests may use: its own devDependencies and those of the repository. */
  readonly devDependencies: readonly string[];
  /** What others may import of it, as its manifest exports them: `.`, `./rooms`. */
  readonly doors: readonly string[];
  readonly files: readonly SourceFile[];
}

/** One broken rule. */
export interface Problem {
  /** From the root of the repository. */
  readonly path: string;
  /** From 1; 0 when the whole file or folder is meant. */
  readonly line: number;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** The npm scope of the packages in this repository. */
const SCOPE = "@holdfast/";
/** The one package that is published without the scope: it is what users import. */
const SDK = "holdfast";
const SDK_FOLDER = "sdk";

/** Everything in these packages that the two tables do not allow, and every import cycle between files. */
export function findProblems(
  packages: readonly PackageSource[],
  tables: Tables,
  document: string,
): readonly Problem[] {
  const problems: Problem[] = [];
  checkRows(packages, tables, document, problems);
  for (const source of packages) {
    const row = tables.packages.rows.find((each) => each.name === source.name);
    // A package without a row was reported above; there is nothing to hold its imports against.
    if (row === undefined) continue;
    const context: Context = { source, row, tables, document, problems, packages };
    for (const file of source.files) for (const entry of file.imports) checkImport(context, file, entry);
    checkCycles(context);
  }
  return problems;
}

interface Context {
  readonly source: PackageSource;
  /** The package's row. */
  readonly row: Row;
  readonly tables: Tables;
  readonly document: string;
  readonly problems: Problem[];
  /** All of them. */
  readonly packages: readonly PackageSource[];
}

/**
 * Tests, the suites of a contract with what they need, and the builders in a `testing/` folder may import any room's
 * door and what only tests need: none of them is shipped.
 */
function isTest(path: string): boolean {
  return /\.test\.tsx?$|(?:^|\/)contract\//.test(path) || isForTests(path);
}

/** What a room offers to tests, of other rooms too: its `testing/` folder has no door. */
function isForTests(path: string): boolean {
  return /(?:^|\/)testing\//.test(path);
}

function hasRooms(row: Row): boolean {
  return row.externals === null;
}

/** Name of the room a file belongs to; the composition is what lies in no room. */
function roomOf(path: string): string {
  const slash = path.indexOf("/");
  return slash === -1 ? COMPOSITION : path.slice(0, slash);
}

function doorOf(room: string): string {
  return `${room}/${room}.ts`;
}

function checkRows(
  packages: readonly PackageSource[],
  tables: Tables,
  document: string,
  problems: Problem[],
): void {
  const compare = (table: Table, existing: ReadonlySet<string>, folder: (name: string) => string): void => {
    const rows = new Set(table.rows.map((row) => row.name));
    for (const name of existing) {
      if (rows.has(name)) continue;
      problems.push({
        path: folder(name),
        line: 0,
        message: `"${name}" has no row in the table of ${table.title}`,
        remedy: `Add its row to the table of ${table.title} in ${document}.`,
      });
    }
    for (const row of table.rows) {
      if (existing.has(row.name) || row.name === COMPOSITION) continue;
      problems.push({
        path: document,
        line: row.line,
        message: `the table of ${table.title} has a row "${row.name}", but ${folder(row.name)} does not exist`,
        remedy: "Remove the row; a room or package is listed once its first file arrives.",
      });
    }
  };

  compare(tables.packages, new Set(packages.map((source) => source.name)), (name) => `packages/${name}`);
  for (const source of packages) {
    const row = tables.packages.rows.find((each) => each.name === source.name);
    if (row === undefined || !hasRooms(row)) continue;
    const paths = new Set(source.files.map((file) => file.path));
    const rooms = new Set([...paths].map(roomOf).filter((room) => room !== COMPOSITION));
    compare(tables.rooms, rooms, (name) => `packages/${source.name}/src/${name}`);
    for (const room of rooms) {
      if (paths.has(doorOf(room))) continue;
      problems.push({
        path: `packages/${source.name}/src/${room}`,
        line: 0,
        message: `room "${room}" has no door`,
        remedy: `Create ${doorOf(room)}, which re-exports by name what other rooms may use.`,
      });
    }
  }
}

function checkImport(context: Context, file: SourceFile, entry: Import): void {
  const { specifier } = entry;
  if (entry.exportsAll) {
    report(
      context,
      file,
      entry,
      `\`export *\` from "${specifier}" hides what this file offers`,
      "Export by name.",
    );
  }
  if (specifier.startsWith("#")) return checkRoom(context, file, entry, specifier.slice(1));
  if (specifier.startsWith(".") || specifier.startsWith("/")) return checkRelative(context, file, entry);
  if (specifier.startsWith("node:")) return checkPlatform(context, file, entry);
  if (specifier.startsWith(SCOPE)) return checkSibling(context, file, entry, specifier.slice(SCOPE.length));
  if (specifier === SDK || specifier.startsWith(`${SDK}/`)) {
    return checkSibling(context, file, entry, `${SDK_FOLDER}${specifier.slice(SDK.length)}`);
  }
  return checkExternal(context, file, entry);
}

/** `#room`, from another room. */
function checkRoom(context: Context, file: SourceFile, entry: Import, target: string): void {
  const own = roomOf(file.path);
  if (!hasRooms(context.row)) {
    return report(
      context,
      file,
      entry,
      `"${entry.specifier}" is a room's name, and ${context.source.name} has no rooms`,
      "Import by a relative path.",
    );
  }
  if (target.includes("/")) {
    const [room = ""] = target.split("/");
    return report(
      context,
      file,
      entry,
      `"${entry.specifier}" goes past the door of ${room}`,
      `Import from "#${room}", and export there by name what is missing.`,
    );
  }
  if (!context.source.files.some((each) => each.path === doorOf(target))) {
    return report(
      context,
      file,
      entry,
      `there is no room "${target}"`,
      `Create ${doorOf(target)}, or mend the name.`,
    );
  }
  if (isTest(file.path)) return;
  if (target === own) return reportOwnDoor(context, file, entry);

  const table = context.tables.rooms;
  const row = table.rows.find((each) => each.name === own);
  if (row === undefined) return;
  checkPermission(context, file, entry, { table, row, target });
}

function checkRelative(context: Context, file: SourceFile, entry: Import): void {
  const target = posix.normalize(posix.join(posix.dirname(file.path), entry.specifier));
  if (target.startsWith("../") || target === ".." || entry.specifier.startsWith("/")) {
    return report(
      context,
      file,
      entry,
      `"${entry.specifier}" leaves the package`,
      `Import the other package by its name, ${SCOPE}NAME.`,
    );
  }
  if (isTest(target) && !isTest(file.path)) {
    return report(
      context,
      file,
      entry,
      `"${entry.specifier}" is a test`,
      "Move what both need into a file of its own.",
    );
  }
  if (!hasRooms(context.row)) return;

  const own = roomOf(file.path);
  const room = roomOf(target);
  if (room !== own && !(isTest(file.path) && isForTests(target))) {
    const advice =
      room === COMPOSITION ? "Hand in what the room needs when it is built." : `Import from "#${room}".`;
    return report(context, file, entry, `"${entry.specifier}" leaves the room "${own}"`, advice);
  }
  if (target === doorOf(own) && entry.kind !== "type" && !isTest(file.path))
    reportOwnDoor(context, file, entry);
}

function checkPlatform(context: Context, file: SourceFile, entry: Import): void {
  if (context.row.platform || isTest(file.path)) return;
  report(
    context,
    file,
    entry,
    `${context.source.name} may not import "${entry.specifier}": it must run where Node's modules do not exist`,
    `Have it handed in. To allow it, edit the "\`node:\` modules" cell of row "${context.row.name}" ` +
      `(line ${context.row.line}) of the table of packages in ${context.document}.`,
  );
}

function checkSibling(context: Context, file: SourceFile, entry: Import, target: string): void {
  const [name = "", ...deeper] = target.split("/");
  const doors = context.packages.find((each) => each.name === name)?.doors ?? [];
  if (deeper.length > 0 && !doors.includes(`./${deeper.join("/")}`)) {
    return report(
      context,
      file,
      entry,
      `"${entry.specifier}" goes past the door of ${publishedName(name)}`,
      `Import from "${publishedName(name)}".`,
    );
  }
  if (isTest(file.path)) return;
  const allowed = checkPermission(context, file, entry, {
    table: context.tables.packages,
    row: context.row,
    target: name,
  });
  if (allowed) checkDeclared(context, file, entry, publishedName(name));
}

/** Under which name a package is imported, from its folder's. */
function publishedName(folder: string): string {
  return folder === SDK_FOLDER ? SDK : SCOPE + folder;
}

function checkExternal(context: Context, file: SourceFile, entry: Import): void {
  const parts = entry.specifier.split("/");
  const name = entry.specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
  if (isTest(file.path)) return checkDeclared(context, file, entry, name);

  const inRoom = hasRooms(context.row);
  const table = inRoom ? context.tables.rooms : context.tables.packages;
  const owner = inRoom ? roomOf(file.path) : context.row.name;
  const row = table.rows.find((each) => each.name === owner);
  if (row?.externals != null && !row.externals.includes(name)) {
    return report(
      context,
      file,
      entry,
      `${owner} may not import the package "${name}"`,
      `To allow it, add ${name} to the "external packages" cell of row "${row.name}" (line ${row.line}) ` +
        `of the table of ${table.title} in ${context.document}.`,
    );
  }
  checkDeclared(context, file, entry, name);
}

function checkDeclared(context: Context, file: SourceFile, entry: Import, name: string): void {
  const { dependencies, devDependencies } = context.source;
  if (dependencies.includes(name)) return;
  if (isTest(file.path) && devDependencies.includes(name)) return;
  report(
    context,
    file,
    entry,
    `"${name}" is not a dependency of ${SCOPE}${context.source.name}`,
    `Add it to packages/${context.source.name}/package.json.`,
  );
}

/** Whether a row allows this import; reports it when not. */
function checkPermission(
  context: Context,
  file: SourceFile,
  entry: Import,
  claim: { readonly table: Table; readonly row: Row; readonly target: string },
): boolean {
  const { table, row, target } = claim;
  const permission: Permission | undefined = row.mayImport.find((each) => each.name === target);
  if (permission !== undefined && (!permission.typesOnly || entry.kind === "type")) return true;
  const message =
    permission === undefined
      ? `${row.name} may not import "${entry.specifier}"`
      : `${row.name} may import "${entry.specifier}" as types only`;
  const remedy =
    permission === undefined
      ? `To allow it, add ${target} to the "may import" cell of row "${row.name}" (line ${row.line}) ` +
        `of the table of ${table.title} in ${context.document}; only rows above it qualify.`
      : `Write \`import type\`, or edit row "${row.name}" (line ${row.line}) of the table of ${table.title} in ${context.document}.`;
  report(context, file, entry, message, remedy);
  return false;
}

function reportOwnDoor(context: Context, file: SourceFile, entry: Import): void {
  report(
    context,
    file,
    entry,
    `"${entry.specifier}" is the door of its own room: a door is for outsiders`,
    "Import the file that defines the thing, by a relative path.",
  );
}

/** Files that need each other to be evaluated. Types are erased and threads start on their own, so neither counts. */
function checkCycles(context: Context): void {
  const edges = new Map<string, readonly string[]>();
  for (const file of context.source.files) {
    const targets = file.imports
      .filter((entry) => entry.kind === "value")
      .map((entry) => resolveLocal(file, entry));
    edges.set(
      file.path,
      targets.filter((path) => path !== null),
    );
  }
  for (const cycle of findCycles(edges)) {
    context.problems.push({
      path: `packages/${context.source.name}/src/${cycle[0] ?? ""}`,
      line: 0,
      message: `import cycle: ${[...cycle, cycle[0] ?? ""].join(" → ")}`,
      remedy: "Move what both ends need into a file that imports neither, or import it as a type.",
    });
  }
}

function resolveLocal(file: SourceFile, entry: Import): string | null {
  if (entry.specifier.startsWith("#")) return doorOf(entry.specifier.slice(1));
  if (!entry.specifier.startsWith(".")) return null;
  return posix.normalize(posix.join(posix.dirname(file.path), entry.specifier));
}

function report(context: Context, file: SourceFile, entry: Import, message: string, remedy: string): void {
  context.problems.push({
    path: `packages/${context.source.name}/src/${file.path}`,
    line: entry.line,
    message,
    remedy,
  });
}

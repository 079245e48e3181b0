/** What a row allows to be imported, and whether only as types. */
export interface Permission {
  readonly name: string;
  readonly typesOnly: boolean;
}

/** One row of the packages table or of the rooms table. */
export interface Row {
  readonly name: string;
  /** Line of the row in the document, from 1. */
  readonly line: number;
  readonly mayImport: readonly Permission[];
  /** Packages from the registry; null where the cell says that another table rules. */
  readonly externals: readonly string[] | null;
  /** Whether `node:` modules may be imported. Rooms inherit this from their package. */
  readonly platform: boolean;
}

export interface Table {
  readonly title: "packages" | "rooms";
  readonly rows: readonly Row[];
}

export interface Tables {
  readonly packages: Table;
  readonly rooms: Table;
}

/** Name of the row that stands for the files directly under the server's `src/`. */
export const COMPOSITION = "composition";

/** What a composition row says instead of a list. */
const EVERY_ROOM = "every room";

/** What an externals cell says when the rooms table rules instead. */
const BY_ROOM = "by room";

const NOTHING = new Set(["", "—", "-", "none"]);

/**
 * Reads the packages table and the rooms table out of a Markdown document. A table is known by its header: the first
 * cell says `package` or `room`, and one column is called `may import`. Rows stand with the lowest rung first, so
 * that "upwards" means the same on the page and in the check.
 *
 * @throws Error when a table is missing, or a row names something that stands at or below it.
 */
export function readTables(markdown: string): Tables {
  const lines = markdown.split("\n");
  return { packages: readTable(lines, "packages", "package"), rooms: readTable(lines, "rooms", "room") };
}

function readTable(lines: readonly string[], title: Table["title"], firstColumn: string): Table {
  const headerIndex = lines.findIndex((line) => {
    const header = cells(line);
    return header[0] === firstColumn && header.includes("may import");
  });
  const header = cells(lines[headerIndex] ?? "");
  if (headerIndex === -1) {
    throw new Error(
      `Cannot find the table of ${title}: no header line with the columns "${firstColumn}" and "may import".`,
    );
  }
  const column = (row: readonly string[], name: string): string => row[header.indexOf(name)] ?? "";

  const rows: Row[] = [];
  // The line after the header only draws the rule between them.
  for (let index = headerIndex + 2; lines[index]?.trim().startsWith("|") === true; index += 1) {
    const row = cells(lines[index] ?? "");
    const name = row[0] ?? "";
    const allowed = column(row, "may import");
    const earlier = rows.map((each) => each.name);
    const mayImport =
      allowed === EVERY_ROOM
        ? earlier.map((room) => ({ name: room, typesOnly: false }))
        : permissions(allowed);
    for (const permission of mayImport) {
      if (earlier.includes(permission.name)) continue;
      throw new Error(
        `Cannot accept line ${index + 1}, row "${name}" of the table of ${title}: ` +
          `it may import "${permission.name}", which does not stand above it. Lower rungs come first.`,
      );
    }
    const externals = column(row, "external packages");
    rows.push({
      name,
      line: index + 1,
      mayImport,
      externals: externals === BY_ROOM ? null : names(externals),
      platform: column(row, "`node:` modules") === "yes",
    });
  }
  return { title, rows };
}

function cells(line: string): readonly string[] {
  if (!line.trim().startsWith("|")) return [];
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

function permissions(cell: string): readonly Permission[] {
  return names(cell).map((name) => {
    const typesOnly = name.endsWith(" (types)");
    return { name: typesOnly ? name.slice(0, -" (types)".length) : name, typesOnly };
  });
}

function names(cell: string): readonly string[] {
  if (NOTHING.has(cell)) return [];
  return cell.split(",").map((name) => name.replaceAll("`", "").trim());
}

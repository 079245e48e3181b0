import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Place } from "./leaks.ts";

const SQLITE_SIGN = "SQLite format 3\0";

/**
 * Everything below a folder, to be looked at: each file as it is on the disk, with whatever was deleted and not yet written
 * over, and each value of each table of an SQLite database, since a large value is scattered over the file.
 */
export function directoryPlaces(folder: string): readonly Place[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = relative(folder, path);
      const bytes = readFileSync(path);
      const isDatabase = bytes.toString("latin1", 0, SQLITE_SIGN.length) === SQLITE_SIGN;
      return [{ name: `the file ${name}`, bytes }, ...(isDatabase ? tablePlaces(path, name) : [])];
    });
}

function tablePlaces(path: string, name: string): readonly Place[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return tables.flatMap((table) => {
      const tableName = String(table["name"]);
      const statement = database.prepare(`SELECT * FROM "${tableName.replaceAll('"', '""')}"`);
      // Numbers of any size are of no interest here, and must not stop the reading.
      statement.setReadBigInts(true);
      return valuePlaces(statement.all(), `${tableName} in ${name}`);
    });
  } finally {
    database.close();
  }
}

/** The texts of a table make one place, for there may be many; a blob may be compressed as a whole and stands alone. */
function valuePlaces(rows: readonly Readonly<Record<string, unknown>>[], where: string): readonly Place[] {
  const texts: string[] = [];
  const blobs: Place[] = [];
  for (const row of rows) {
    for (const [column, value] of Object.entries(row)) {
      if (typeof value === "string") texts.push(value);
      if (value instanceof Uint8Array) blobs.push({ name: `${column} of ${where}`, bytes: value });
    }
  }
  return [{ name: `the table ${where}`, bytes: Buffer.from(texts.join("\n"), "utf8") }, ...blobs];
}

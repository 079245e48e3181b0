import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Files below a folder in which a text stands, in whatever format they are. */
export function filesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { HoldfastError } from "@holdfast/protocol";
import { nearest } from "../nearest.ts";

/** The settings a project keeps in a file. */
export interface ProjectFile {
  /** As a person in the working directory would write it. */
  readonly path: string;
  readonly values: ReadonlyMap<string, unknown>;
  /** The line on which a key stands, from 1. */
  readonly lineOf: (key: string) => number;
}

const NAMES = ["holdfast.config.json", "inngest.json"];
const OTHER_FORMATS = ["inngest.yaml", "inngest.yml"];

interface Search {
  readonly cwd: string;
  /** Named outright, by flag or variable. */
  readonly path: string | null;
  readonly known: readonly string[];
  readonly notice: (text: string) => void;
}

/**
 * Reads the project file: the one that is named, or the nearest upwards. Null when there is none.
 *
 * @throws HoldfastError `config_invalid`, naming file, line and key.
 */
export function readProjectFile({ cwd, path, known, notice }: Search): ProjectFile | null {
  const found = path === null ? findUpwards(cwd, notice) : resolve(cwd, path);
  if (found === null) return null;
  const shown = relative(cwd, found).startsWith("..") ? found : relative(cwd, found);
  let text: string;
  try {
    text = readFileSync(found, "utf8");
  } catch (cause) {
    throw new HoldfastError("config_invalid", `Cannot read the project file ${shown}: ${reasonOf(cause)}.`, {
      cause,
    });
  }
  return parseProjectFile(text, shown, known);
}

/** Reads the text of a project file. */
export function parseProjectFile(text: string, path: string, known: readonly string[]): ProjectFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // The engine's message may quote the file's text, which may hold keys: only the position is passed on.
    const position = /position (\d+)/.exec(reasonOf(cause))?.[1];
    const line = position === undefined ? lineCount(text) : lineCount(text.slice(0, Number(position)));
    throw new HoldfastError(
      "config_invalid",
      `Cannot read the project file ${path}: line ${line} is not valid JSON.`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HoldfastError(
      "config_invalid",
      `Cannot read the project file ${path}: it must hold one JSON object.`,
    );
  }
  const values = new Map<string, unknown>(Object.entries(value));
  const lineOf = (key: string): number =>
    lineCount(text.slice(0, Math.max(0, text.indexOf(JSON.stringify(key)))));
  for (const key of values.keys()) {
    if (known.includes(key) || key === "$schema") continue;
    const close = nearest(key, known);
    throw new HoldfastError(
      "config_invalid",
      `Cannot use "${key}" in ${path} (line ${lineOf(key)}): there is no such setting.`,
      {
        next:
          close === null
            ? "The settings are named as the flags are: see holdfast help start."
            : `Did you mean "${close}"?`,
      },
    );
  }
  return { path, values, lineOf };
}

function findUpwards(from: string, notice: (text: string) => void): string | null {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    for (const name of NAMES) if (existsSync(join(directory, name))) return join(directory, name);
    const other = OTHER_FORMATS.map((name) => join(directory, name)).find((path) => existsSync(path));
    if (other !== undefined)
      notice(`${other}: not read, because project files are JSON. Write it as inngest.json.`);
    if (dirname(directory) === directory) return null;
  }
}

function lineCount(text: string): number {
  return text.split("\n").length;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { HoldfastError } from "@holdfast/protocol";
import type { World } from "./world.ts";

/** The JSON that an option gives: itself, `@file`, or `-` for stdin. Undefined when the option was not given. */
export async function jsonOption(name: string, value: unknown, world: World): Promise<unknown> {
  if (typeof value !== "string") return undefined;
  const isFile = value === "-" || value.startsWith("@");
  return parseJson(isFile ? await readText(value.replace(/^@/, ""), world) : value, `--${name}`);
}

/** The text of a file, or of stdin for `-`. */
export async function readText(path: string, { cwd, stdin }: World): Promise<string> {
  if (path === "-") {
    const pieces: Uint8Array[] = [];
    for await (const piece of stdin) pieces.push(piece);
    return Buffer.concat(pieces).toString("utf8");
  }
  try {
    return await readFile(resolve(cwd, path), "utf8");
  } catch (cause) {
    throw new HoldfastError(
      "usage_invalid",
      `Cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    );
  }
}

/** A text as JSON; `origin` names it in the error. */
export function parseJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HoldfastError(
      "usage_invalid",
      `Cannot use ${origin}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      {
        cause,
        next: "Write valid JSON, in single quotes for the shell: '{\"id\": 7}'.",
      },
    );
  }
}

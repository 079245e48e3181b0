import { HoldfastError } from "@holdfast/protocol";
import type { Invocation } from "../command.ts";
import { readText } from "../json-option.ts";
import { textOption } from "../text-option.ts";

/**
 * The key that `--import` takes in, from a file or from stdin: a process's arguments can be read by everybody on the machine,
 * and stay in the history of a shell. Undefined when the option was not given.
 *
 * @throws HoldfastError `usage_invalid` when the file cannot be read, or holds something else than one line
 */
export async function importedKey({ options, world }: Invocation): Promise<string | undefined> {
  const file = textOption(options, "import");
  if (file === undefined) return undefined;
  const lines = (await readText(file, world)).split("\n").filter((line) => line.trim() !== "");
  const [line, ...more] = lines;
  if (line !== undefined && more.length === 0) return line.trim();
  throw new HoldfastError("usage_invalid", `Cannot take in a key from ${file}: it must hold one line.`);
}

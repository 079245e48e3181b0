import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HoldfastError } from "@holdfast/protocol";

/**
 * Makes the data folder unless it is there. One of development keeps itself out of the project's history.
 *
 * @throws HoldfastError `config_invalid` when it cannot be made or written to.
 */
export function prepareDataDir(path: string, command: "dev" | "start"): void {
  try {
    const isNew = !existsSync(path);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (isNew && command === "dev") writeFileSync(join(path, ".gitignore"), "*\n");
    accessSync(path, constants.W_OK);
  } catch (cause) {
    throw new HoldfastError(
      "config_invalid",
      `Cannot keep data in ${path}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      {
        cause,
        next: "Let --data-dir name a folder that this user may write to.",
      },
    );
  }
}

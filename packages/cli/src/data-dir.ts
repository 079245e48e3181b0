import { accessSync, constants, mkdirSync } from "node:fs";
import { HoldfastError } from "@holdfast/protocol";

/**
 * Makes the data folder unless it is there.
 *
 * @throws HoldfastError `config_invalid` when it cannot be made or written to.
 */
export function prepareDataDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
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

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { HoldfastError } from "@holdfast/protocol";
import type { NonceFloor } from "./nonce-ledger.ts";

/**
 * A floor in a file of its own. It is written only when an app's clock is ahead of ours, a few times a minute.
 *
 * @throws HoldfastError `store_corrupt` when the file holds something else than an instant.
 */
export function openFloorFile(path: string): NonceFloor {
  return {
    keptMs: readFloor(path),
    keep(ms) {
      const draft = `${path}.new`;
      const file = openSync(draft, "w", 0o600);
      try {
        writeSync(file, `${ms}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, path);
    },
  };
}

function readFloor(path: string): number {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    // A folder that is none is the store's to complain of, which opens it in a moment.
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT" || code === "ENOTDIR") return 0;
    throw error;
  }
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new HoldfastError(
    "store_corrupt",
    `Cannot read ${path}: it must hold an instant, before which no signed request is taken, and holds something else.`,
    { next: "Wait a minute, then remove the file: what it guards against is over by then." },
  );
}

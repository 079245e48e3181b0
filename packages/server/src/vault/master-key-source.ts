import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { HoldfastError } from "@holdfast/protocol";
import type { MasterKey } from "./contract.ts";
import { makePrivateFile, readPrivateFile } from "./key-file.ts";
import { localMasterKey, makeMasterKey } from "./local-master-key.ts";

/** Where a master key comes from. `custom`: whoever builds the server has one, such as a key management service. */
export type MasterKeySource =
  | { readonly kind: "file"; readonly path: string; readonly makeWhenMissing?: boolean }
  | { readonly kind: "text"; readonly text: string; readonly origin: string }
  | { readonly kind: "command"; readonly program: string; readonly args: readonly string[] }
  | { readonly kind: "custom"; readonly key: MasterKey };

const COMMAND_MS = 10_000;
const COMMAND_BYTES_MAX = 4096;

/**
 * Gets a master key from where it is.
 *
 * @throws HoldfastError `master_key_invalid`; never quotes what it found
 */
export function openMasterKey(source: MasterKeySource, random: (count: number) => Uint8Array): MasterKey {
  switch (source.kind) {
    case "custom":
      return source.key;
    case "text":
      return localMasterKey(source.text, source.origin, random);
    case "file": {
      if (source.makeWhenMissing === true && !existsSync(source.path))
        makePrivateFile(source.path, makeMasterKey(random));
      return localMasterKey(readPrivateFile(source.path), source.path, random);
    }
    case "command":
      return localMasterKey(outputOf(source), `the command ${source.program}`, random);
  }
}

/** What a program prints. It is run as it is named, without a shell, and its words are never shown. */
function outputOf({ program, args }: { readonly program: string; readonly args: readonly string[] }): string {
  try {
    return execFileSync(program, [...args], {
      encoding: "utf8",
      timeout: COMMAND_MS,
      maxBuffer: COMMAND_BYTES_MAX,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch (cause) {
    const code = (cause as { status?: unknown }).status;
    const how = typeof code === "number" ? `it ended with code ${code}` : "it did not run to its end";
    // Without the cause: it holds what the program printed.
    throw new HoldfastError(
      "master_key_invalid",
      `Cannot get the master key from the command ${program}: ${how}.`,
    );
  }
}

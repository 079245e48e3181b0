import { resolve } from "node:path";
import { HoldfastError } from "@holdfast/protocol";
import type { KeyProvider } from "@holdfast/sealing";
import { environmentKeys, openDocument } from "@holdfast/sealing";
import { fileKeys } from "@holdfast/sealing/node";
import type { Invocation, OptionValues } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { parseJson, readText } from "./json-option.ts";
import { isReadableByOthers, readKeyFile } from "./keys/key-file.ts";
import { textOption } from "./text-option.ts";
import type { World } from "./world.ts";

const VARIABLE = "HOLDFAST_SEALING_KEYS";

/**
 * `decrypt`: opens what is sealed in a document. It asks no server and writes no file; what it prints is the plain text, to
 * whoever called it.
 */
export async function decryptDocument({ options, operands, world, report }: Invocation): Promise<number> {
  const [path = "-"] = operands;
  const keyPairs = linesOf("key-pairs-file", options, world);
  const published = linesOf("published-keys-file", options, world);
  const [key, ...fallbackDecryptionKeys] = published;
  const keys = keysFrom(options, world, keyPairs.length + published.length > 0);
  const document = parseJson(await readText(path, world), path === "-" ? "stdin" : path);
  const { document: plain, opened } = await openDocument(document, {
    keys,
    keyPairs,
    ...(key === undefined ? {} : { published: { key, fallbackDecryptionKeys } }),
  });
  report.result(plain, [JSON.stringify(plain, null, 2)]);
  if (opened.length === 0) report.notice("Nothing in the document is sealed.");
  return EXIT.done;
}

function keysFrom(options: OptionValues, world: World, hasOthers: boolean): KeyProvider {
  const file = textOption(options, "keys-file");
  if (file !== undefined) return fileKeys(resolve(world.cwd, file));
  if ((world.env[VARIABLE] ?? "") !== "") return environmentKeys({ variables: world.env });
  if (hasOthers) return { current: noKey, find: () => null };
  throw new HoldfastError(
    "usage_invalid",
    `Cannot open anything: there is no --keys-file, and ${VARIABLE} is not set.`,
    {
      next: "Name a file with the app's sealing keys, of mode 600.",
    },
  );
}

function noKey(): never {
  throw new HoldfastError("usage_invalid", "Cannot seal here: this command only opens.");
}

/** The lines of a file that holds secrets. */
function linesOf(option: string, options: OptionValues, world: World): readonly string[] {
  const file = textOption(options, option);
  if (file === undefined) return [];
  const path = resolve(world.cwd, file);
  const lines = readKeyFile(path, `--${option}`);
  if (!isReadableByOthers(path)) return lines;
  throw new HoldfastError("config_invalid", `Cannot use the keys in ${path}: others may read the file.`, {
    next: "Run chmod 600 on it, and think of new keys if others could have read these.",
  });
}

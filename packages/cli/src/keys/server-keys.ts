import { HoldfastError, parseSigningKey } from "@holdfast/protocol";
import { resolve } from "node:path";
import type { Resolution, Resolved } from "../settings/resolve.ts";
import { list } from "../settings/values.ts";
import type { KeyFileName, KeySet } from "./key-file.ts";
import { isReadableByOthers, openKeyFile, readKeyFile } from "./key-file.ts";

export interface ServerKeys {
  readonly signing: KeySet;
  readonly event: KeySet;
}

interface Deps {
  readonly cwd: string;
  readonly dataDir: string;
  readonly notice: (text: string) => void;
}

const SOURCES = ["flag", "environment", "file"] as const;
/** Shorter event keys can be guessed; they are accepted, since Inngest accepts them, with a warning. */
const EVENT_KEY_CHARS_MIN = 16;

/**
 * The keys of a production server: those that were set, otherwise those of the data folder, made when missing.
 *
 * @throws HoldfastError `key_invalid`, saying what is wrong and where the key was set, never the key;
 *   `config_invalid` when a key file cannot be used.
 */
export function serverKeys({ settings }: Resolution, deps: Deps): ServerKeys {
  const signing = keysOf("signing-key", settings, deps);
  for (const [index, key] of signing.keys.entries()) checkSigningKey(key, signing, index);
  const event = keysOf("event-key", settings, deps);
  for (const [index, key] of event.keys.entries()) checkEventKey(key, event, index, deps);
  return { signing, event };
}

function keysOf(
  name: KeyFileName,
  settings: ReadonlyMap<string, Resolved>,
  { cwd, dataDir, notice }: Deps,
): KeySet {
  const given = settings.get(name);
  const files = settings.get(`${name}-file`);
  const [best] = [given, files]
    .filter((one) => one !== undefined)
    .sort((left, right) => SOURCES.indexOf(left.source) - SOURCES.indexOf(right.source));
  if (given !== undefined && files !== undefined && given.source === files.source) {
    throw new HoldfastError(
      "config_invalid",
      `Cannot use both ${given.origin} and ${files.origin}: they set the same keys.`,
    );
  }
  if (best === undefined) {
    const made = openKeyFile(resolve(cwd, dataDir), name);
    return made;
  }
  if (best === given) return { keys: list(given), origin: given.origin, isNew: false };
  const paths = list(files).map((path) => resolve(cwd, path));
  for (const path of paths) {
    const keys = readKeyFile(path, best.origin);
    if (keys.length > 0 && isReadableByOthers(path) && !path.startsWith("/run/secrets/")) {
      notice(`${path}: others on this machine can read this key. Run chmod 600 ${path}.`);
    }
  }
  return {
    keys: paths.flatMap((path) => readKeyFile(path, best.origin)),
    origin: paths.join(", "),
    isNew: false,
  };
}

function checkSigningKey(key: string, { origin, keys }: KeySet, index: number): void {
  try {
    parseSigningKey(key);
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    const place = keys.length === 1 ? origin : `${origin}, key ${index + 1}`;
    throw new HoldfastError("key_invalid", `${cause.message} It was set by ${place}.`, { cause });
  }
}

function checkEventKey(key: string, { origin, keys }: KeySet, index: number, { notice }: Deps): void {
  const place = keys.length === 1 ? origin : `${origin}, key ${index + 1}`;
  const faultIndex = key.search(/[^\x21-\x7e]|[/?#%]/);
  if (faultIndex >= 0) {
    throw new HoldfastError(
      "key_invalid",
      `Cannot use the event key: character ${faultIndex + 1} cannot stand in a URL's path. It was set by ${place}.`,
      { next: "Use letters, digits, - and _." },
    );
  }
  if (key.length < EVENT_KEY_CHARS_MIN) {
    notice(
      `${place}: an event key of ${key.length} characters can be guessed. Use ${EVENT_KEY_CHARS_MIN} or more.`,
    );
  }
}

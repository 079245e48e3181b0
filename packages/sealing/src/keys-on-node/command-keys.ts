import { execFile } from "node:child_process";
import type { KeyProvider } from "../keys/key-provider.ts";
import { staticKeys } from "../keys/key-ring.ts";
import type { SealingWorld } from "../platform/world.ts";
import { platformWorld } from "../platform/world.ts";
import { SealingError } from "../sealing-error.ts";

const MINUTE_MS = 60_000;
const OUTPUT_BYTES_MAX = 1024 * 1024;

export interface CommandKeysOptions {
  /** A program and its arguments. No shell reads them. */
  readonly command: readonly [program: string, ...args: readonly string[]];
  /** How long what it printed is used; 5 minutes unless said otherwise. */
  readonly cacheMs?: number;
  /** How long it may take; 30 s unless said otherwise. */
  readonly timeoutMs?: number;
  readonly world?: SealingWorld;
}

/**
 * Keys that a program prints, such as the client of a vault: a ring's text, as `parseKeyRing` takes it. It is asked when
 * keys are first needed and again when they have become old, once for all who wait. What it prints is shown to nobody.
 *
 * Both calls throw SealingError `seal_key_unavailable` (retriable) while it fails or prints no keys.
 */
export function commandKeys(options: CommandKeysOptions): KeyProvider {
  const { command, cacheMs = 5 * MINUTE_MS, timeoutMs = MINUTE_MS / 2, world = platformWorld } = options;
  let asked: { readonly until: number; readonly keys: Promise<KeyProvider> } | null = null;
  const latest = async (): Promise<KeyProvider> => {
    if (asked !== null && world.now() < asked.until) return asked.keys;
    const question = { until: world.now() + cacheMs, keys: ask(command, timeoutMs) };
    asked = question;
    try {
      return await question.keys;
    } catch (error) {
      // The next value asks again.
      if (asked === question) asked = null;
      throw error;
    }
  };
  return {
    current: async () => (await latest()).current(),
    find: async (keyId) => (await latest()).find(keyId),
  };
}

async function ask(
  [program, ...args]: CommandKeysOptions["command"],
  timeoutMs: number,
): Promise<KeyProvider> {
  const text = await new Promise<string>((resolve, reject) => {
    const options = { timeout: timeoutMs, maxBuffer: OUTPUT_BYTES_MAX, encoding: "utf8" } as const;
    execFile(program, args, options, (error, stdout) => {
      if (error === null) resolve(stdout);
      // Its own words, and its arguments, may hold secrets.
      else reject(unavailable(program, error.killed === true ? "it took too long" : "it failed"));
    });
  });
  try {
    return staticKeys(text);
  } catch {
    throw unavailable(program, "it printed no list of keys");
  }
}

function unavailable(program: string, reason: string): SealingError {
  return new SealingError("seal_key_unavailable", `Cannot get keys from the program ${program}: ${reason}.`);
}

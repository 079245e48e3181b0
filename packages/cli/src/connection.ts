import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Client } from "@holdfast/client";
import { createClient } from "@holdfast/client";
import type { Invocation } from "./command.ts";
import { keyFilePath, readKeyFile } from "./keys/key-file.ts";
import type { KeyFileName } from "./keys/key-file.ts";
import { isLoopback } from "./settings/server-settings.ts";
import { splitList } from "./settings/resolve.ts";
import { textOption } from "./text-option.ts";

const DEFAULT_URL = "http://127.0.0.1:8288";
/** Where `start` keeps its data when nothing else is said. */
const DEFAULT_DATA_DIR = "holdfast-data";

/**
 * A client of the server that a command is about, with the keys it needs, as far as they are found. A token that is named goes before
 * them, and one that is found is used where there is no key.
 */
export function connect(invocation: Invocation): Client {
  const url = serverUrl(invocation);
  const signingKey = keyFrom("signing-key", invocation, url);
  const { options } = invocation;
  const operatorToken =
    options.has("operator-token-file") || signingKey === null
      ? keyFrom("operator-token", invocation, url)
      : null;
  const eventKey = keyFrom("event-key", invocation, url);
  const sending = eventKey === null ? {} : { eventKey };
  if (operatorToken !== null)
    return createClient({
      url,
      ...sending,
      operatorToken,
      environment: environmentOf(invocation),
      reveal: options.get("reveal") === true,
    });
  return createClient({ url, ...sending, ...(signingKey === null ? {} : { signingKey }) });
}

/** Where the server is that a command is about. */
export function serverUrl({ options, world }: Invocation): string {
  return textOf(options.get("url")) ?? urlFrom(world.env) ?? DEFAULT_URL;
}

function urlFrom(env: Readonly<Record<string, string | undefined>>): string | null {
  const named = [env["HOLDFAST_URL"], env["INNGEST_BASE_URL"]].find((url) => url !== undefined && url !== "");
  if (named !== undefined) return named;
  // The SDK's switch may name a development server outright.
  const dev = env["INNGEST_DEV"];
  return dev !== undefined && /^https?:\/\//.test(dev) ? dev : null;
}

/**
 * The first key of: a file named by flag, our variable, the Inngest one, a server's data folder. The folder is looked
 * into only when it is named, or when the server is on this machine: its key is of no use with another server.
 */
export function keyFrom(name: KeyFileName, { options, world }: Invocation, url: string): string | null {
  const { env, cwd } = world;
  const file = textOf(options.get(`${name}-file`));
  if (file !== null) return first(readKeyFile(resolve(cwd, file), `--${name}-file`));
  const suffix = name.toUpperCase().replace("-", "_");
  for (const prefix of ["HOLDFAST", "INNGEST"]) {
    const variable = `${prefix}_${suffix}`;
    const text = env[variable];
    if (text !== undefined && text !== "") return first(splitList(text));
    const path = env[`${variable}_FILE`];
    if (path !== undefined && path !== "") return first(readKeyFile(resolve(cwd, path), `${variable}_FILE`));
  }
  const named = textOf(options.get("data-dir")) ?? env["HOLDFAST_DATA_DIR"];
  if (named === undefined && !(URL.canParse(url) && isLoopback(new URL(url).hostname))) return null;
  const path = keyFilePath(resolve(cwd, named ?? DEFAULT_DATA_DIR), name);
  return existsSync(path) ? first(readKeyFile(path, path)) : null;
}

function first(keys: readonly string[]): string | null {
  return keys[0] ?? null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The environment that a command is about. */
export function environmentOf({ options, world }: Invocation): string {
  const named = textOption(options, "env") ?? world.env["HOLDFAST_ENV"];
  return named === undefined || named === "" ? "production" : named;
}

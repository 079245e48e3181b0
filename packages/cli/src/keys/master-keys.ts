import { resolve } from "node:path";
import { HoldfastError } from "@holdfast/protocol";
import type { ServerOptions } from "@holdfast/server";
import type { Resolution } from "../settings/resolve.ts";
import { list, text } from "../settings/values.ts";

/** Where this variable is set, nobody else of the process is to see it. */
const VARIABLE = "HOLDFAST_MASTER_KEY";

/**
 * Where the master key is that was set, and those it took over from; undefined when none was set.
 *
 * @throws HoldfastError `config_invalid` when it is set in more than one way
 */
export function masterKeys(
  { settings }: Resolution,
  env: Record<string, string | undefined>,
  cwd: string,
): ServerOptions["masterKeys"] {
  const files = list(settings.get("master-key-file")).map(
    (path) => ({ kind: "file", path: resolve(cwd, path) }) as const,
  );
  const [program = "", ...args] = (text(settings.get("master-key-command")) ?? "")
    .split(/\s+/)
    .filter((part) => part !== "");
  const key = env[VARIABLE];
  delete env[VARIABLE];
  const current = [
    ...(program === "" ? [] : [{ kind: "command", program, args } as const]),
    ...(key === undefined || key === "" ? [] : [{ kind: "text", text: key, origin: VARIABLE } as const]),
  ];
  if (current.length > 1)
    throw new HoldfastError(
      "config_invalid",
      `Cannot use both ${VARIABLE} and --master-key-command: each is the master key.`,
    );
  const [first, ...others] = [...current, ...files];
  return first === undefined ? undefined : [first, ...others];
}

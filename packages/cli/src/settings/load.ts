import type { Invocation } from "../command.ts";
import { readProjectFile } from "./project-file.ts";
import { resolveSettings } from "./resolve.ts";
import type { Resolution } from "./resolve.ts";
import { SETTINGS, settingsOf } from "./table.ts";

/** The settings of a server command, from everywhere they may be; notices have been given. */
export function loadSettings(command: "dev" | "start", invocation: Invocation): Resolution {
  const { report } = invocation;
  const resolution = lookUpSettings(command, invocation, (text) => report.notice(text));
  for (const notice of resolution.notices) report.notice(notice);
  return resolution;
}

/**
 * The same, for who only wants to know them.
 *
 * @param notice told what is odd about the project file
 */
export function lookUpSettings(
  command: "dev" | "start",
  { options, world: { cwd, env } }: Pick<Invocation, "options" | "world">,
  notice: (text: string) => void,
): Resolution {
  const named = options.get("config") ?? nonEmpty(env["HOLDFAST_CONFIG"]) ?? nonEmpty(env["INNGEST_CONFIG"]);
  const file = readProjectFile({
    cwd,
    path: typeof named === "string" ? named : null,
    // One file serves both commands.
    known: SETTINGS.flatMap(({ name, aliases = [] }) => [name, ...aliases]),
    notice,
  });
  return resolveSettings(settingsOf(command), { flags: options, env, file });
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

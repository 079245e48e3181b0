import type { Invocation } from "../command.ts";
import { readProjectFile } from "./project-file.ts";
import { resolveSettings } from "./resolve.ts";
import type { Resolution } from "./resolve.ts";
import { SETTINGS, settingsOf } from "./table.ts";

/** The settings of a server command, from everywhere they may be; notices have been given. */
export function loadSettings(command: "dev" | "start", { options, world, report }: Invocation): Resolution {
  const { env, cwd } = world;
  const named = options.get("config") ?? nonEmpty(env["HOLDFAST_CONFIG"]) ?? nonEmpty(env["INNGEST_CONFIG"]);
  const file = readProjectFile({
    cwd,
    path: typeof named === "string" ? named : null,
    // One file serves both commands.
    known: SETTINGS.flatMap(({ name, aliases = [] }) => [name, ...aliases]),
    notice: (text) => report.notice(text),
  });
  const resolution = resolveSettings(settingsOf(command), { flags: options, env, file });
  for (const notice of resolution.notices) report.notice(notice);
  return resolution;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

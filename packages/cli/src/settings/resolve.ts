import { HoldfastError } from "@holdfast/protocol";
import type { OptionValues } from "../command.ts";
import type { ProjectFile } from "./project-file.ts";
import type { Setting } from "./table.ts";

/** A setting's value, as text, and where it was set: `--port`, `HOLDFAST_PORT`, `holdfast.config.json: port`. */
export interface Resolved {
  readonly value: string | boolean | readonly string[];
  readonly origin: string;
  readonly source: "flag" | "environment" | "file";
}

export interface Resolution {
  readonly settings: ReadonlyMap<string, Resolved>;
  /** What the reader should be told: secrets in flags, settings that do nothing here. */
  readonly notices: readonly string[];
}

interface Sources {
  readonly flags: OptionValues;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: ProjectFile | null;
}

/**
 * Settles each setting from the first source that has it: flag, variable, project file. Defaults are the caller's.
 *
 * @throws HoldfastError `config_invalid` for a value of the wrong form, and for a setting that cannot be accepted.
 */
export function resolveSettings(table: readonly Setting[], sources: Sources): Resolution {
  const settings = new Map<string, Resolved>();
  const notices: string[] = [];
  for (const setting of table) {
    const resolved =
      fromFlag(setting, sources) ?? fromEnvironment(setting, sources) ?? fromFile(setting, sources);
    if (resolved === null) continue;
    const { name } = setting;
    if (setting.refused !== undefined) {
      throw new HoldfastError("config_invalid", `Cannot use ${resolved.origin}: ${setting.refused}.`, {
        next: `Remove ${resolved.origin}, and choose the data folder with --data-dir.`,
      });
    }
    if (setting.ignored !== undefined) {
      notices.push(`${resolved.origin}: accepted, ignored, because ${setting.ignored}.`);
      continue;
    }
    if (setting.secret === true && resolved.source === "flag") {
      notices.push(
        `${resolved.origin}: everybody on this machine can read it in the list of processes. Use ${variableOf(name)} or --${name}-file.`,
      );
    }
    settings.set(name, resolved);
  }
  return { settings, notices };
}

function fromFlag({ name }: Setting, { flags }: Sources): Resolved | null {
  const value = flags.get(name);
  return value === undefined ? null : { value, origin: `--${name}`, source: "flag" };
}

function fromEnvironment(setting: Setting, { env }: Sources): Resolved | null {
  const names = [setting.name, ...(setting.aliases ?? [])];
  const first = names.flatMap((name) => [variableOf(name), variableOf(name, "INNGEST")]);
  const values: { readonly value: string; readonly origin: string }[] = [];
  for (const variable of [...first, ...(setting.variables ?? [])]) {
    // Variables named beside the two forms add to a list, and stand in for anything else.
    if (values.length > 0 && !(setting.kind === "list" && setting.variables?.includes(variable) === true))
      continue;
    const text = env[variable];
    if (text !== undefined && text !== "") values.push({ value: text, origin: variable });
  }
  const [one] = values;
  if (one === undefined) return null;
  const origin = values.map((each) => each.origin).join(", ");
  switch (setting.kind) {
    case "boolean":
      return { value: readBoolean(one.value, one.origin), origin, source: "environment" };
    case "list":
      return { value: values.flatMap(({ value }) => splitList(value)), origin, source: "environment" };
    case "text":
      return { value: one.value, origin, source: "environment" };
  }
}

function fromFile({ name, aliases = [], kind }: Setting, { file }: Sources): Resolved | null {
  if (file === null) return null;
  for (const key of [name, ...aliases]) {
    const value = file.values.get(key);
    if (value === undefined) continue;
    const origin = `${file.path}: ${key}`;
    const wrong = (wanted: string): HoldfastError =>
      new HoldfastError(
        "config_invalid",
        `Cannot use ${origin} (line ${file.lineOf(key)}): it must be ${wanted}.`,
      );
    switch (kind) {
      case "boolean":
        if (typeof value !== "boolean") throw wrong("true or false");
        return { value, origin, source: "file" };
      case "list": {
        const list = Array.isArray(value) ? value : [value];
        if (!list.every((item) => typeof item === "string")) throw wrong("text, or an array of texts");
        return { value: list, origin, source: "file" };
      }
      case "text":
        if (typeof value !== "string" && typeof value !== "number") throw wrong("text or a number");
        return { value: String(value), origin, source: "file" };
    }
  }
  return null;
}

/** `poll-interval` → `HOLDFAST_POLL_INTERVAL`. */
export function variableOf(name: string, prefix = "HOLDFAST"): string {
  return `${prefix}_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** Texts separated by commas or line breaks. */
export function splitList(text: string): readonly string[] {
  return text.split(/[,\n]/).flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));
}

function readBoolean(text: string, origin: string): boolean {
  if (/^(?:1|true|yes|on)$/i.test(text)) return true;
  if (/^(?:0|false|no|off)$/i.test(text)) return false;
  throw new HoldfastError(
    "config_invalid",
    `Cannot use "${text}" for ${origin}: it is neither true nor false.`,
  );
}

import { isLocalOrigin } from "../serve/local-host.ts";
import type { Mode } from "./contract.ts";
import { settingFault } from "./setting-fault.ts";
import type { Given } from "./variables.ts";

/** How the app stands to its server, and where that is when the mode's variable said so. */
export interface ResolvedMode {
  readonly mode: Mode;
  /** The URL in `HOLDFAST_DEV`, or null. */
  readonly devUrl: string | null;
  readonly isExplicit: boolean;
}

const SWITCHES: ReadonlyMap<string, Mode> = new Map([
  ["1", "dev"],
  ["true", "dev"],
  ["0", "production"],
  ["false", "production"],
]);

/**
 * The mode, of the option, else of the variable, else `production`. In dev nothing is verified, so that a value which is
 * nearly right must not lead there: what is none of the variable's words is refused, whatever the option says.
 *
 * @throws HoldfastError `config_invalid`.
 */
export function resolveMode(option: unknown, variable: Given | null): ResolvedMode {
  if (option !== undefined && option !== "dev" && option !== "production")
    throw settingFault("the option mode", 'must be "dev" or "production"');
  const said = variable === null ? null : readSwitch(variable);
  return {
    mode: option ?? said?.mode ?? "production",
    devUrl: said?.devUrl ?? null,
    isExplicit: option !== undefined,
  };
}

function readSwitch({ value, source }: Given): { readonly mode: Mode; readonly devUrl: string | null } {
  const mode = SWITCHES.get(value);
  if (mode !== undefined) return { mode, devUrl: null };
  if (/^https?:\/\//i.test(value) && isLocalOrigin(value)) return { mode: "dev", devUrl: value };
  throw settingFault(
    source,
    "must be 1, true, 0 or false, or the http(s) URL of a server on this machine or a private network",
    `Set ${source} to 1 on a developer's machine, or take it out: in dev mode nothing is verified.`,
  );
}

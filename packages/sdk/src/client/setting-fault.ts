import { HoldfastError } from "@holdfast/protocol";

/** The error of a setting that cannot be used. `source` is the option or the variable; the reason goes on after it. */
export function settingFault(source: string, reason: string, next?: string): HoldfastError {
  return new HoldfastError("config_invalid", `Cannot make the client: ${source} ${reason}.`, {
    details: { setting: source },
    ...(next === undefined ? {} : { next }),
  });
}

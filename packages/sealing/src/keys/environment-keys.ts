import { SealingError } from "../sealing-error.ts";
import type { KeyProvider } from "./key-provider.ts";
import { staticKeys } from "./key-ring.ts";

const VARIABLE = "HOLDFAST_SEALING_KEYS";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Keys from the process's environment, read once: a ring's text, as `parseKeyRing` takes it.
 *
 * @throws SealingError `seal_key_invalid` when the variable is not set or holds something else.
 */
export function environmentKeys(
  options: { readonly variable?: string; readonly variables?: Variables } = {},
): KeyProvider {
  const { variable = VARIABLE, variables = processVariables() } = options;
  const text = variables[variable] ?? "";
  if (text.trim() !== "") return staticKeys(text);
  throw new SealingError(
    "seal_key_invalid",
    `Cannot seal: the variable ${variable} is not set, and without a key nothing may leave the app.`,
    { next: `Set ${variable} to what holdfast keys sealing new prints.` },
  );
}

function processVariables(): Variables {
  return typeof process === "object" ? process.env : {};
}

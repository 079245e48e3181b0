import type { Client } from "@holdfast/client";
import { createClient } from "@holdfast/client";
import { HoldfastError } from "@holdfast/protocol";
import type { CommandOption, Invocation } from "./command.ts";
import { SERVER_OPTIONS } from "./command.ts";
import { keyFrom, serverUrl } from "./connection.ts";

/** Options of every command that operators use. */
export const OPERATOR_OPTIONS: readonly CommandOption[] = [
  ...SERVER_OPTIONS.filter(({ name }) => name === "url" || name === "data-dir"),
  {
    name: "operator-token-file",
    kind: "text",
    value: "FILE",
    summary: "Operator token. Default: HOLDFAST_OPERATOR_TOKEN, or that of the data folder.",
  },
];

/** The same, of what is done in one environment. */
export const ENVIRONMENT_OPTIONS: readonly CommandOption[] = [
  ...OPERATOR_OPTIONS,
  { name: "env", kind: "text", value: "NAME", summary: "Environment. Default: HOLDFAST_ENV, or production." },
];

/**
 * A client of the operators' API.
 *
 * @throws HoldfastError `unauthenticated` when no token is found
 */
export function connectAsOperator(invocation: Invocation): Client {
  const url = serverUrl(invocation);
  const operatorToken = keyFrom("operator-token", invocation, url);
  if (operatorToken !== null) return createClient({ url, operatorToken });
  throw new HoldfastError("unauthenticated", "Cannot ask the operators' API: no operator token was found.", {
    next: "Set HOLDFAST_OPERATOR_TOKEN, or name the server's data folder with --data-dir.",
  });
}

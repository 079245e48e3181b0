import { HoldfastError } from "@holdfast/protocol";
import { passThrough } from "../payloads/pass-through.ts";
import type { PayloadStage } from "../payloads/contract.ts";
import type { MiddlewareEntry } from "./contract.ts";

/**
 * The stage that one of a client's middleware brings, or the one that hands values through when none does.
 *
 * @throws HoldfastError `config_invalid` when two bring one: which of them would seal is not to be guessed.
 */
export function payloadStage(
  entries: readonly MiddlewareEntry[],
  info: { readonly app: string; readonly environment: string },
): PayloadStage {
  const [first, second] = bringers(entries);
  if (second !== undefined) {
    throw new HoldfastError(
      "config_invalid",
      `Cannot use the option middleware: ${first?.id} and ${second.id} both bring a stage for payloads, and there is one.`,
    );
  }
  return first?.payloads(info) ?? passThrough;
}

/**
 * Refuses a stage among a function's own middleware: what the client sends outside a run would not pass it.
 *
 * @throws HoldfastError `function_invalid`, which names the function.
 */
export function refusePayloadStage(entries: readonly MiddlewareEntry[], functionId: string): void {
  const [bringer] = bringers(entries);
  if (bringer === undefined) return;
  throw new HoldfastError(
    "function_invalid",
    `Cannot make the function "${functionId}": its middleware ${bringer.id} brings a stage for payloads, which is the client's to have.`,
    { details: { functionId, option: "middleware" }, next: "List the middleware at the client." },
  );
}

interface Bringer {
  readonly id: string;
  payloads(info: { readonly app: string; readonly environment: string }): PayloadStage;
}

function bringers(entries: readonly MiddlewareEntry[]): readonly Bringer[] {
  return entries.flatMap((entry) => {
    const middleware = typeof entry === "function" ? entry() : entry;
    const { id } = middleware;
    return middleware.payloads === undefined
      ? []
      : [{ id, payloads: (info) => middleware.payloads?.(info) ?? passThrough }];
  });
}

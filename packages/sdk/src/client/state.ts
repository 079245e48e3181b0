import { HoldfastError } from "@holdfast/protocol";
import type { FunctionRecord } from "../functions/contract.ts";
import type { ClientState } from "./contract.ts";

/** What belongs to a client, and is reachable by this file alone: a client that is printed or sent shows none of it. */
interface Kept {
  readonly state: ClientState;
  readonly functions: Map<string, FunctionRecord>;
}

const clients = new WeakMap<object, Kept>();

/** Keeps the state of a client that was just made. Its functions are added as they are made. */
export function keepState(client: object, state: Omit<ClientState, "functions">): void {
  const functions = new Map<string, FunctionRecord>();
  clients.set(client, { state: Object.freeze({ ...state, functions }), functions });
}

/**
 * The state of a client.
 *
 * @throws HoldfastError `client_invalid` for anything that `new Holdfast(…)` of this package did not make.
 */
export function stateOf(client: object): ClientState {
  return kept(client).state;
}

/** Adds what a client's function is made of. A function of the same name is replaced, as when its file is loaded again. */
export function keepFunctions(client: object, records: readonly FunctionRecord[]): void {
  const { functions } = kept(client);
  for (const record of records) functions.set(record.slug, record);
}

function kept(client: unknown): Kept {
  const found = typeof client === "object" && client !== null ? clients.get(client) : undefined;
  if (found !== undefined) return found;
  throw new HoldfastError(
    "client_invalid",
    "Cannot use this as a client: it was not made by new Holdfast(…) of this package.",
  );
}

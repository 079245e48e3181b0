import type { Holdfast } from "../client/client.ts";
import { keepFunctions, stateOf } from "../client/state.ts";
import type { MiddlewareEntry } from "../middleware/contract.ts";
import type { DeferredContext } from "./context.ts";
import type { HoldfastFunction } from "./contract.ts";
import { deferredRecords } from "./create-records.ts";
import type { AddedBy } from "./inference.ts";
import type { DeferredOptions } from "./options.ts";
import { functionOf } from "./records.ts";
import { registerMiddleware } from "../middleware/register.ts";

/**
 * A function that other functions defer to: it starts when the run that called `defer` has ended, whatever became of it.
 *
 * @throws HoldfastError `function_invalid`, which names the option; `client_invalid`.
 */
export function createDefer<
  ClientEntries extends readonly MiddlewareEntry[],
  Data = Readonly<Record<string, unknown>>,
  const Entries extends readonly MiddlewareEntry[] = [],
  Output = unknown,
>(
  client: Holdfast<ClientEntries>,
  options: DeferredOptions<Data, Entries>,
  handler: (context: DeferredContext<Data> & AddedBy<ClientEntries> & AddedBy<Entries>) => Output,
): HoldfastFunction<Data, Awaited<Output>> {
  const state = stateOf(client);
  const records = deferredRecords(state, options, handler);
  registerMiddleware(state, records);
  keepFunctions(client, records);
  return functionOf(options.id, records);
}

import { HoldfastError } from "@holdfast/protocol";
import { Holdfast } from "../client/client.ts";
import { ownerOf } from "../client/state.ts";
import type { HoldfastFunction } from "../functions/contract.ts";
import { recordsOf } from "../functions/records.ts";

/**
 * The client that a test means: the one it names, or the one that its functions were made with.
 *
 * @throws HoldfastError `request_invalid` when there is no such client, or there are several.
 */
export function clientFor({
  client,
  functions,
}: {
  readonly client?: Holdfast;
  readonly functions: readonly HoldfastFunction[];
}): Holdfast {
  if (client !== undefined) return client;
  const owners = new Set(functions.flatMap((fn) => recordsOf(fn)).map((record) => ownerOf(record)));
  const [owner] = owners;
  // Functions are kept by clients alone.
  if (owners.size === 1 && owner instanceof Holdfast) return owner as Holdfast;
  throw new HoldfastError(
    "request_invalid",
    owners.size > 1
      ? "Cannot test functions of several clients at once."
      : "Cannot tell which client is to be tested: there is no function.",
    { next: "Pass the functions of one client, or name it with the option client." },
  );
}

import type { ClientState } from "../client/contract.ts";
import type { Call, CallAnswer } from "../execution/contract.ts";
import type { FunctionRecord } from "../functions/contract.ts";
import type { Logger } from "../logging/contract.ts";

/** An app as the handler of its requests holds it: options and the client's settings brought together. */
export interface ServedApp {
  readonly client: ClientState;
  /** The client's, but one that does not throw. */
  readonly logger: Logger;
  /** By slug, in the order in which they were listed; each failure handler follows its function. */
  readonly records: ReadonlyMap<string, FunctionRecord>;
  /** Name of the adapter, such as `express`. */
  readonly framework: string;
  readonly platform: string | null;
  readonly serveOrigin: string | null;
  readonly servePath: string | null;
  readonly isStreaming: boolean;
  readonly execute: (
    call: Call,
    deps: { readonly record: FunctionRecord; readonly client: ClientState },
  ) => Promise<CallAnswer>;
}

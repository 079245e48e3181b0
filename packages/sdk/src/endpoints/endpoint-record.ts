import type { ClientState } from "../client/contract.ts";
import type { FunctionRecord } from "../functions/contract.ts";
import type { Middleware } from "../middleware/contract.ts";
import type { EndpointContext, EndpointHandler, EndpointStream, RecordedResponse } from "./contract.ts";
import { recordResponse } from "./response.ts";

/** An endpoint as one call executes it, and what came of it. */
export interface EndpointWork {
  readonly record: FunctionRecord;
  /** The answer, once the handler gave one. */
  response(): RecordedResponse | null;
  /** What the handler or a step of it failed with last. */
  error(): unknown;
}

/** Makes the record of one call: its handler answers the one request. */
export function endpointWork(
  client: ClientState,
  deps: {
    readonly id: string;
    readonly retries: number;
    /** Of a run that its app began itself, which goes on from step to step. */
    readonly isOwn: boolean;
    readonly handler: EndpointHandler;
    /** Called within the call: a request that was made again is rebuilt from its opened parts. */
    readonly requestOf: (event: Readonly<Record<string, unknown>>) => Request;
    readonly stream: EndpointStream;
    readonly hooks: readonly Middleware[];
  },
): EndpointWork {
  const { id, retries, handler, requestOf, stream } = deps;
  let response: RecordedResponse | null = null;
  let failure: unknown = null;
  const ending: Middleware = {
    id: "holdfast/endpoint-ending",
    onRunError(_info, { error }) {
      failure = error;
    },
  };
  const record: FunctionRecord = {
    app: client.app,
    id,
    slug: `${client.app}-${id}`,
    kind: "endpoint",
    retries,
    checkpointing: deps.isOwn
      ? { maxRuntimeMs: client.checkpointing?.maxRuntimeMs ?? 0, bufferedSteps: 1, maxIntervalMs: 0 }
      : null,
    middleware: [...deps.hooks, ending],
    async handler(context) {
      // What the core puts into every handler's context.
      const { step, group, runId, logger, event } = context as unknown as Omit<EndpointContext, "stream"> & {
        readonly event: { readonly data: Readonly<Record<string, unknown>> };
      };
      const request = requestOf(event.data);
      const answered = await recordResponse(await handler(request, { step, group, runId, logger, stream }));
      response = answered;
      if (client.stage.isSealing) return answered;
      // Cookies are for the caller alone: a server that reads them has a use for them, and none that is good.
      const { "set-cookie": _cookies, ...headers } = answered.headers;
      return { ...answered, headers };
    },
    validate: async () => undefined,
    // An endpoint is known to the server by its requests.
    registration: () => ({}),
  };
  return { record, response: () => response, error: () => failure };
}

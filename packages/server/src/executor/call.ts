import { Header, LIMITS } from "@holdfast/protocol";
import type { Egress, EgressOutcome } from "#egress";
import type { Clock, Ids, Random } from "#kernel";
import type { Keys } from "#keys";
import type { FunctionDefinition } from "#registry";
import type { QueueItem } from "#store";
import type { CallRequest } from "./call-request.ts";
import { callRequest } from "./call-request.ts";
import type { EndpointCall } from "./endpoint-call.ts";
import { endpointCall } from "./endpoint-call.ts";
import type { RunState } from "./run-state.ts";

/** Calls an app for one queue item. The port through which the executor reaches apps; HTTP is one way, not the only one. */
export interface Caller {
  call(
    state: RunState,
    item: QueueItem,
    definition: FunctionDefinition,
    signal: AbortSignal,
  ): Promise<EgressOutcome>;
}

/** Calls over signed HTTP. The signature is made as late as possible: its time is the time of sending. */
export function createHttpCaller(deps: {
  readonly egress: Egress;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly serverKind: string;
}): Caller {
  return {
    call(state, item, definition, signal) {
      const trace = hex(deps.random.bytes(24));
      const traceparent = `00-${trace.slice(0, 32)}-${trace.slice(32)}-01`;
      const identity = { requestId: deps.ids.request(), traceparent };
      const isEndpoint = definition.configuration.endpoint === true;
      const request = isEndpoint
        ? endpointCall(state, item, definition, identity)
        : ownCall(callRequest(state, item, definition, identity));
      if (request === null) return Promise.resolve(NO_REQUEST);
      const signature = deps.keys.sign(request.signed, deps.clock.now());
      return deps.egress.send({
        method: request.method,
        url: request.url,
        headers: {
          ...request.headers,
          [Header.serverKind]: deps.serverKind,
          // SDKs know a repeated request by this header, and by the run's id: it is there even when nothing is signed.
          ...(signature === null && !isEndpoint ? {} : { [Header.signature]: signature ?? "" }),
        },
        body: request.body,
        timeoutMs: LIMITS.callMs,
        responseBytesMax: LIMITS.responseBytes,
        signal,
        share: definition.id,
      });
    },
  };
}

function ownCall(request: CallRequest): EndpointCall {
  return { ...request, method: "POST", signed: request.body };
}

/** A durable endpoint was started by something else than a request: there is none to repeat. */
const NO_REQUEST: EgressOutcome = {
  kind: "failed",
  code: "protocol",
  message: "The run of a durable endpoint was started without a request that could be repeated.",
  status: null,
};

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

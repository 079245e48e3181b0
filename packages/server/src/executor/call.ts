import { Header, LIMITS } from "@holdfast/protocol";
import type { Egress, EgressOutcome } from "#egress";
import type { Clock, Ids, Random } from "#kernel";
import type { Keys } from "#keys";
import type { FunctionDefinition } from "#registry";
import type { QueueItem } from "#store";
import { callRequest } from "./call-request.ts";
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
      const request = callRequest(state, item, definition, { requestId: deps.ids.request(), traceparent });
      const signature = deps.keys.sign(request.body, deps.clock.now());
      return deps.egress.send({
        method: "POST",
        url: request.url,
        headers: {
          ...request.headers,
          [Header.serverKind]: deps.serverKind,
          ...(signature === null ? {} : { [Header.signature]: signature }),
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

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

import type { PayloadPosition } from "holdfast";

const IN_RUN = { environment: "production", app: "shop", functionId: "ship", runId: "01RUN" } as const;

/** One place of each kind, as the SDK names them. */
export const PLACES = {
  event: { kind: "event", environment: "production", app: "shop", name: "order/paid", eventId: "e-1" },
  stepInput: { kind: "step-input", ...IN_RUN, stepId: "s1", index: 0 },
  stepOutput: { kind: "step-output", ...IN_RUN, stepId: "s1" },
  stepError: { kind: "step-error", ...IN_RUN, stepId: "s1" },
  functionOutput: { kind: "function-output", ...IN_RUN },
  functionError: { kind: "function-error", ...IN_RUN },
  invokeInput: { kind: "invoke-input", environment: "production", app: "shop", functionId: "ship" },
  deferredInput: { kind: "deferred-input", environment: "production", app: "shop", functionId: "ship" },
  signal: { kind: "signal", environment: "production", app: "shop", name: "approved/1" },
  realtime: { kind: "realtime", environment: "production", app: "shop", name: "orders/1" },
  endpointRequest: { kind: "endpoint-request", ...IN_RUN },
  endpointResponse: { kind: "endpoint-response", ...IN_RUN },
  metadata: { kind: "metadata", ...IN_RUN, stepId: "s1", index: 0 },
} as const satisfies Record<string, PayloadPosition>;

export type PlaceName = keyof typeof PLACES;

export const PLACE_NAMES = Object.keys(PLACES) as readonly PlaceName[];

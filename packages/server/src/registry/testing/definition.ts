import type { AppId, FunctionId } from "@holdfast/protocol";
import type { FlowControl, FunctionDefinition, Registry } from "../contract.ts";
import { startedBy, triggerIndex } from "../trigger-index.ts";

/** Nothing stands between an event and a run. */
export const NO_FLOW_CONTROL: FlowControl = {
  concurrency: [],
  throttle: null,
  rateLimit: null,
  debounce: null,
  batch: null,
  priority: null,
  hasIdempotencyKey: false,
  singleton: null,
};

/** The plainest function, `shop-pay`; takes what a test is about. */
export function definitionOf(
  fields: Partial<FunctionDefinition> = {},
  flowControl: Partial<FlowControl> = {},
): FunctionDefinition {
  return {
    id: "11111111-1111-8111-8111-111111111111" as FunctionId,
    appId: "22222222-2222-8222-8222-222222222222" as AppId,
    appName: "shop",
    slug: "shop-pay",
    name: "Pay",
    version: 1,
    url: "http://localhost:3000/api/inngest?fnId=shop-pay",
    attemptsMax: 5,
    triggers: [{ event: "order/placed", filter: null }],
    crons: [],
    flowControl: { ...NO_FLOW_CONTROL, ...flowControl },
    cancels: [],
    startTimeoutMs: null,
    finishTimeoutMs: null,
    configuration: { path: "/api/inngest?fnId=shop-pay", retries: 4, triggers: [{ event: "order/placed" }] },
    signatures: null,
    archived: false,
    ...fields,
  };
}

/** The look-ups of a registry that holds these functions. */
export function lookupsOf(
  functions: readonly FunctionDefinition[],
): Pick<Registry, "startedBy" | "function"> {
  const index = triggerIndex(functions);
  return {
    startedBy: (name) => startedBy(index, name),
    function: (id) => functions.find((each) => each.id === id) ?? null,
  };
}

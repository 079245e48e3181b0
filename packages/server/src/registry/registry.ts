/** Apps, functions, versions, what their options mean, and the index from event names to the functions they may start. */
export type {
  CancelRule,
  ConcurrencyRule,
  CronTrigger,
  Endpoint,
  EndpointPolicy,
  EventTrigger,
  FlowControl,
  FunctionDefinition,
  NoteChange,
  RegistrationChange,
  Registry,
  RegisterOutcome,
} from "./contract.ts";
export type { FunctionConfig, TriggerConfig } from "./function-config.ts";
export { createRegistry } from "./catalogue.ts";
export { movesFreely, originOf } from "./origin-rule.ts";
export { syncChanges } from "./sync-changes.ts";

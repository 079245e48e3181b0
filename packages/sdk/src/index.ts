/** Holdfast's SDK: define functions made of steps, and serve them from your own app. */
export { Holdfast } from "./client/client.ts";
export type { ClientOptions } from "./client/options.ts";
export { NonRetriableError } from "./errors/non-retriable-error.ts";
export { RetryAfterError } from "./errors/retry-after-error.ts";
export { StepError } from "./errors/step-error.ts";
export { eventType } from "./events/event-type.ts";
export { staticSchema } from "./events/static-schema.ts";
export { createDefer } from "./functions/create-defer.ts";
export { referenceFunction } from "./functions/reference-function.ts";
export { cron, invoke } from "./functions/triggers.ts";
export { consoleLogger } from "./logging/console-logger.ts";
export { provide } from "./middleware/provide.ts";
export { expression } from "./steps/expression.ts";
export type { EventMeta, EventPayload, ReceivedEvent } from "./events/contract.ts";
export type { EventOptions, EventType } from "./events/event-type.ts";
export type { StandardIssue, StandardResult, StandardSchema } from "./events/standard-schema.ts";
export type { FunctionReference, HoldfastFunction } from "./functions/contract.ts";
export type { Logger } from "./logging/contract.ts";
export type {
  FailureInfo,
  FunctionInfo,
  Middleware,
  MiddlewareEntry,
  RunInfo,
  StepInfo,
  StepKind,
} from "./middleware/contract.ts";
export type { EventData, PayloadKind, PayloadPosition, PayloadStage, ReplyTo } from "./payloads/contract.ts";
export type { Duration, StepContext, StepName, StepOptions } from "./steps/contract.ts";

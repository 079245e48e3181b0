/** Holdfast's SDK: define functions made of steps, and serve them from your own app. */
export { HoldfastError, isHoldfastError } from "@holdfast/protocol";
export type { ErrorCode } from "@holdfast/protocol";
export type { SendOptions } from "./client/client.ts";
export { Holdfast } from "./client/client.ts";
export type { Mode } from "./client/contract.ts";
export type { ClientOptions } from "./client/options.ts";
export type { Realtime } from "./client/realtime.ts";
export type { SentEvents } from "./client/send-events.ts";
export type { SentSignal } from "./client/send-signal.ts";
export type {
  Endpoint,
  EndpointContext,
  EndpointHandler,
  EndpointOptions,
  EndpointStream,
  StreamSource,
} from "./endpoints/contract.ts";
export type { ErrorClass } from "./errors/error-classes.ts";
export { NonRetriableError } from "./errors/non-retriable-error.ts";
export { RetryAfterError } from "./errors/retry-after-error.ts";
export { StepError } from "./errors/step-error.ts";
export type { EventMeta, EventPayload, ReceivedEvent } from "./events/contract.ts";
export type { EventOptions, EventType } from "./events/event-type.ts";
export { eventType } from "./events/event-type.ts";
export { internalEvents } from "./events/internal-events.ts";
export type { StandardIssue, StandardResult, StandardSchema } from "./events/standard-schema.ts";
export { staticSchema } from "./events/static-schema.ts";
export type {
  DeferredContext,
  DeferringRun,
  FailureContext,
  FailureData,
  FunctionContext,
} from "./functions/context.ts";
export type { FunctionReference, HoldfastFunction } from "./functions/contract.ts";
export { createDefer } from "./functions/create-defer.ts";
export type { EventOf, InputOf, ScheduleData } from "./functions/inference.ts";
export type {
  CancelRule,
  CheckpointingOption,
  ConcurrencyRule,
  DeferredOptions,
  FlowOptions,
  FunctionOptions,
} from "./functions/options.ts";
export { referenceFunction } from "./functions/reference-function.ts";
export type { CronTrigger, EventTrigger, InvokeTrigger, Trigger, Triggers } from "./functions/triggers.ts";
export { cron, invoke } from "./functions/triggers.ts";
export type { LogLevel } from "./logging/console-logger.ts";
export { consoleLogger } from "./logging/console-logger.ts";
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
export { provide } from "./middleware/provide.ts";
export type { EventData, PayloadKind, PayloadPosition, PayloadStage, ReplyTo } from "./payloads/contract.ts";
export type { Timer, World } from "./platform/contract.ts";
export type { NonceMemory, SignatureMode } from "./signatures/contract.ts";
export type { ModelAdapter } from "./steps/ai-model.ts";
export type { Duration, StepContext, StepName, StepOptions } from "./steps/contract.ts";
export type { Selection } from "./steps/experiment.ts";
export { experiment } from "./steps/experiment.ts";
export type { ExpressionValue } from "./steps/expression.ts";
export { expression } from "./steps/expression.ts";
export type { JsonForm } from "./steps/json-form.ts";
export type { Defer, GroupTools, StepTools, TopicReference } from "./steps/step-tools.ts";

/** Holdfast's SDK: define functions made of steps, and serve them from your own app. */
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

/** Lease, call, apply op codes, decide what is next; read run history back. */
export type {
  CancelManyRequest,
  CheckpointOutcome,
  CheckpointRequest,
  Emitter,
  Executor,
  RunHistory,
  RunView,
} from "./contract.ts";
export { createExecutor } from "./create-executor.ts";
export type { InternalEvent } from "./internal-event.ts";
export type { ReportedOp } from "./reported-op.ts";
export { readOps } from "./reported-op.ts";
export { traceOf } from "./trace.ts";
export type { Pause, Span, SpanMetadata, SpanOp, SpanStatus } from "./trace-span.ts";

/** Lease, call, apply op codes, decide what is next; read run history back. */
export type { CheckpointOutcome, CheckpointRequest, Executor, RunView } from "./contract.ts";
export { createExecutor } from "./drive.ts";

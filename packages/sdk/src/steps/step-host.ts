import type { ClientState } from "../client/contract.ts";
import type { Call } from "../execution/contract.ts";
import type { FunctionRecord } from "../functions/contract.ts";
import type { MiddlewareStack } from "../middleware/contract.ts";
import type { DraftOp } from "../payloads/draft-op.ts";
import type { Passage } from "../payloads/passage.ts";
import type { AsyncContext } from "../platform/async-context.ts";
import type { StepRequest } from "./step-request.ts";
import type { StepScope } from "./step-scope.ts";

/** What the tools of one call work with. */
export interface StepHost {
  readonly call: Pick<Call, "runId" | "abortable">;
  readonly client: ClientState;
  readonly record: FunctionRecord;
  readonly passage: Passage;
  readonly stack: MiddlewareStack;
  readonly scopes: AsyncContext<StepScope>;
  /** Asks for a step; settles with its result. */
  ask(request: StepRequest): Promise<unknown>;
  /** How many steps were asked for so far. */
  stepCount(): number;
  /** Has an op travel with whatever is answered next. */
  defer(op: DraftOp): void;
}

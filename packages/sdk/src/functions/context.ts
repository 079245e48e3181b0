import type { ReceivedEvent } from "../events/contract.ts";
import type { Logger } from "../logging/contract.ts";
import type { Defer, GroupTools, StepTools } from "../steps/step-tools.ts";

/** An event of whatever name and data. */
export type AnyEvent = ReceivedEvent<string, unknown>;

/** What a handler is called with. It is called anew after each step, and finished steps return what they returned. */
export interface FunctionContext<Event extends AnyEvent = ReceivedEvent> {
  /** What started the run; of a batch, the first. */
  readonly event: Event;
  /** All that started the run: more than one for a batch. */
  readonly events: readonly [Event, ...Event[]];
  readonly runId: string;
  /** From 0. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Of this call. */
  readonly requestId: string;
  readonly jobId: string;
  /** Labels of the run: those on which all its events agree. */
  readonly sessions: Readonly<Record<string, string>>;
  readonly step: StepTools;
  readonly group: GroupTools;
  readonly defer: Defer;
  /** Silent while finished steps are replayed. */
  readonly logger: Logger;
}

/** What a run's failure says. */
export interface FailureData<Event extends AnyEvent = AnyEvent> {
  /** `<app>-<function>`. */
  readonly function_id: string;
  readonly run_id: string;
  /** What had started the run. */
  readonly event: Event;
  readonly events?: readonly Event[];
  readonly error: { readonly name: string; readonly message: string; readonly stack?: string };
}

/** What the handler of a failure is called with. */
export interface FailureContext<Event extends AnyEvent = AnyEvent> extends FunctionContext<
  ReceivedEvent<"inngest/function.failed", FailureData<Event>>
> {
  /** Why the run failed, of its own class where that is known. */
  readonly error: Error;
}

/** A run that deferred to this one. */
export interface DeferringRun {
  /** `<app>-<function>`. */
  readonly fnSlug: string;
  readonly runId: string;
}

/** What a deferred function is called with. */
export interface DeferredContext<Data = Readonly<Record<string, unknown>>> extends FunctionContext<
  ReceivedEvent<"inngest/deferred.schedule", Data>
> {
  /** Who deferred to it, one for each event. */
  readonly parents: readonly DeferringRun[];
}

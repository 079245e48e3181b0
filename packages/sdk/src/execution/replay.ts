import type { WireError } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { ErrorClasses } from "../errors/error-classes.ts";
import { fromWireError } from "../errors/from-wire-error.ts";
import { StepError } from "../errors/step-error.ts";
import type { MiddlewareStack, RunInfo, StepInfo } from "../middleware/contract.ts";
import { PayloadFailure } from "../payloads/guarded-stage.ts";
import type { Passage } from "../payloads/passage.ts";
import { atStep } from "../payloads/run-place.ts";
import type { AsyncContext } from "../platform/async-context.ts";
import type { World } from "../platform/contract.ts";
import { nextTurn } from "../platform/turn.ts";
import type { StepId } from "../steps/step-ids.ts";
import { StepIds } from "../steps/step-ids.ts";
import type { StepRequest } from "../steps/step-request.ts";
import type { StepScope } from "../steps/step-scope.ts";
import type { Call } from "./contract.ts";
import type { Deferred } from "./deferred.ts";
import { createDeferred } from "./deferred.ts";
import type { ReadMemo } from "./memo.ts";
import { readMemo } from "./memo.ts";
import { Signal } from "./signal.ts";

/** A step that the handler asked for, and that waits for its result. */
export interface FoundStep {
  readonly request: StepRequest;
  readonly id: StepId;
  readonly info: StepInfo;
  /** Where in the handler it was asked for. */
  readonly scope: StepScope;
  /** Its arguments, as middleware left them. */
  input: readonly unknown[];
}

/** How the handler ended. */
export type Ending =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: unknown };

/** Where a replay stands when nothing goes on by itself. */
export interface Standstill {
  /** Steps without a result, in the order in which they were asked for. */
  readonly found: readonly FoundStep[];
  readonly ending: Ending | null;
}

/** A step as the replay follows it. */
interface Entry extends FoundStep {
  readonly memo: ReadMemo | null;
  /** Asked for, and past its middleware. */
  isWaiting: boolean;
  /** How the part inside its middleware ended. */
  inner: "open" | "resolved" | "rejected";
  readonly result: Deferred;
  /** What the handler awaits: the result, and whatever middleware makes of it. */
  outer: Promise<unknown>;
}

/** What a replay needs of its call. */
export interface ReplayDeps {
  readonly call: Call;
  readonly info: RunInfo;
  readonly stack: MiddlewareStack;
  readonly passage: Passage;
  readonly classes: ErrorClasses;
  readonly scopes: AsyncContext<StepScope>;
  readonly world: World;
}

/**
 * One execution of a handler against what already happened. Steps that have a memo get it in the order in which they once
 * finished, one at a time, and the handler runs on as far as it can between two of them: so that whatever it does when
 * steps race is what it did before. What comes to a standstill is shown to the caller, who decides which step goes on.
 */
export class Replay {
  readonly #deps: ReplayDeps;
  readonly #ids = new StepIds();
  readonly #entries = new Map<string, Entry>();
  /** Hashed ids of the memos that nobody has asked for yet, or that wait for their turn. */
  readonly #remaining: string[];
  readonly #signal = new Signal();
  readonly #givenUp = createDeferred();
  /** Steps that are still in their middleware, on the way in. */
  #entering = 0;
  #isReplaying: boolean;
  #ending: Ending | null = null;
  /** What the handler was given for steps that failed for good. */
  readonly #stepFailures = new WeakSet();
  #fault: { readonly error: unknown } | null = null;
  #isClosed = false;

  constructor(deps: ReplayDeps) {
    this.#deps = deps;
    const { memos, stack } = deps.call;
    const listed = stack.filter((id) => memos.has(id));
    const finished = new Set([...listed, ...memos.keys()]);
    this.#remaining = [...finished].filter((id) => readMemo(memos.get(id)).kind !== "input");
    this.#isReplaying = this.#remaining.length > 0;
  }

  /** Whether the handler is still where it has been before. */
  get isReplaying(): boolean {
    return this.#isReplaying;
  }

  /** How many steps were asked for. */
  get stepCount(): number {
    return this.#entries.size;
  }

  /** Whether an error is that of a step which failed for good: another attempt finds the same failure remembered. */
  isStepFailure(error: unknown): boolean {
    return typeof error === "object" && error !== null && this.#stepFailures.has(error);
  }

  /** Begins the handler. */
  start(handler: () => Promise<unknown>): void {
    const settle = (ending: Ending): void => {
      this.#ending = ending;
      this.#signal.raise();
    };
    handler().then(
      (value) => settle({ kind: "returned", value }),
      (error: unknown) => settle({ kind: "threw", error }),
    );
  }

  /**
   * A step, as a tool asks for it. Settles when the step has its result: in this call or, for a run that goes on in
   * another call, never.
   */
  ask(request: StepRequest): Promise<unknown> {
    const outcome = this.#ask(request);
    // Whoever does not await a step does not want to know; an unhandled rejection would end the app's process.
    outcome.catch(() => undefined);
    return outcome;
  }

  /**
   * Goes on until there is something to decide: steps without a result, or the handler's end. Does not return before
   * `isEnough` says so of what was found, unless the handler has ended.
   *
   * @throws what ended the attempt: a middleware's or the payload stage's error, or what `abandon` was given.
   */
  async untilStandstill(
    isEnough: (found: readonly FoundStep[]) => boolean = (found) => found.length > 0,
  ): Promise<Standstill> {
    for (;;) {
      await nextTurn(this.#deps.world);
      if (this.#fault !== null) throw this.#fault.error;
      if (this.#ending?.kind === "threw") return { found: [], ending: this.#ending };
      if (this.#entering === 0) {
        const recalled = this.#nextRecalled();
        if (recalled !== null) {
          await this.#recall(recalled);
          continue;
        }
        const { found } = this;
        if (isEnough(found) || this.#ending !== null) return { found, ending: this.#ending };
      }
      await this.#signal.next();
    }
  }

  /** Steps without a result so far, in the order in which they were asked for. */
  get found(): readonly FoundStep[] {
    return [...this.#entries.values()].filter(isOpen);
  }

  /** Settles as soon as the attempt has been given up; else never. */
  get givenUp(): Promise<unknown> {
    return this.#givenUp.promise;
  }

  /** Gives a step its result, as it will be remembered. The handler goes on. */
  async finish(step: FoundStep, data: unknown): Promise<void> {
    const entry = this.#entryOf(step);
    const { work } = entry.request;
    try {
      const value = work.where === "app" && work.revive !== undefined ? await work.revive(data) : data;
      entry.inner = "resolved";
      entry.result.resolve(value);
    } catch (error) {
      // A replay would come to the same.
      this.#reject(entry, error);
    }
    await settled(entry.outer);
  }

  /** Ends the attempt with an error, whatever the handler does. */
  abandon(error: unknown): void {
    this.#fault ??= { error };
    this.#givenUp.resolve(undefined);
    this.#signal.raise();
  }

  /** From now on no step is taken in: the call has been answered. */
  close(): void {
    this.#isClosed = true;
  }

  #ask(request: StepRequest): Promise<unknown> {
    if (this.#isClosed) return new Promise(() => undefined);
    const { call, info, scopes } = this.#deps;
    const { options } = request;
    const scope = scopes.current() ?? {};
    if (scope.runningStep !== undefined) {
      const message = `Step "${options.id}" was asked for inside step "${scope.runningStep}". Steps cannot be nested.`;
      return Promise.reject(new HoldfastError("step_nested", message));
    }
    const retriesMax = call.maxAttempts - 1;
    if (options.retries !== undefined && options.retries > retriesMax) {
      const message = `Step "${options.id}" asks for ${options.retries} retries, and its function has ${retriesMax}.`;
      return Promise.reject(new HoldfastError("step_invalid", message));
    }
    if (scope.variantSteps !== undefined) scope.variantSteps.count += 1;
    const id = this.#ids.next(options.id);
    const memo = call.memos.has(id.hashedId) ? readMemo(call.memos.get(id.hashedId)) : null;
    const isMemoised = memo !== null && memo.kind !== "input";
    const { hashedId } = id;
    const entry: Entry = {
      request,
      id,
      info: {
        ...info,
        stepId: options.id,
        hashedId,
        name: options.name ?? options.id,
        kind: request.kind,
        isMemoised,
      },
      scope,
      input: request.input,
      memo,
      isWaiting: false,
      inner: "open",
      result: createDeferred(),
      outer: Promise.resolve(),
    };
    entry.result.promise.catch(() => undefined);
    this.#entries.set(hashedId, entry);
    entry.outer = this.#enter(entry, isMemoised);
    return entry.outer;
  }

  /** Leads a step through its middleware. */
  async #enter(entry: Entry, isMemoised: boolean): Promise<unknown> {
    const { stack } = this.#deps;
    this.#entering += 1;
    let isEntering = true;
    const entered = (): void => {
      if (isEntering) this.#entering -= 1;
      isEntering = false;
      this.#signal.raise();
    };
    try {
      if (entry.memo?.kind === "input") entry.input = await this.#openInput(entry, entry.memo.input);
      if (!isMemoised) entry.input = await stack.stepInput(entry.info, entry.input);
      return await stack.wrapStep(entry.info, () => {
        entry.isWaiting = true;
        if (!isMemoised) this.#isReplaying = false;
        entered();
        return entry.result.promise;
      });
    } catch (error) {
      // The step's own failure, or what a hook made of it, is the handler's to catch. A hook's own failure is not.
      if (entry.inner !== "rejected") this.abandon(error);
      else if (typeof error === "object" && error !== null) this.#stepFailures.add(error);
      throw error;
    } finally {
      // A hook may give a result without asking for the step.
      entry.isWaiting = false;
      entered();
    }
  }

  /** Arguments that were changed by hand, in the place of the handler's. */
  async #openInput(entry: Entry, input: readonly unknown[]): Promise<readonly unknown[]> {
    const { stage, run } = this.#deps.passage;
    const opened: unknown[] = [];
    for (const [index, value] of input.entries()) {
      opened.push(await stage.open(value, atStep(run, "step-input", entry.id.hashedId, index)));
    }
    return opened;
  }

  /** The step whose memo is next: of those that were asked for, the one that finished first. */
  #nextRecalled(): Entry | null {
    for (const [index, id] of this.#remaining.entries()) {
      const entry = this.#entries.get(id);
      if (entry?.isWaiting === true) {
        this.#remaining.splice(index, 1);
        return entry;
      }
    }
    return null;
  }

  async #recall(entry: Entry): Promise<void> {
    const { memo } = entry;
    if (this.#remaining.length === 0) this.#isReplaying = false;
    try {
      if (memo?.kind === "error") {
        const error = fromWireError(await this.#openError(entry, memo.error), this.#deps.classes);
        this.#reject(entry, error);
      } else if (memo?.kind === "data") {
        const value = await this.#openData(entry, memo.data);
        entry.inner = "resolved";
        entry.result.resolve(value);
      }
    } catch (error) {
      // A value that cannot be opened is no business of the handler's. Neither it nor the request may wait for more.
      if (error instanceof PayloadFailure) this.abandon(error);
      this.#reject(entry, error);
    }
    await settled(entry.outer);
  }

  /** Has a step fail for good where it is awaited. */
  #reject(entry: Entry, error: unknown): void {
    const cause = error instanceof Error ? error : new Error(String(error));
    entry.inner = "rejected";
    entry.result.reject(new StepError(entry.id.hashedId, cause));
  }

  async #openData(entry: Entry, data: unknown): Promise<unknown> {
    const { stage, run } = this.#deps.passage;
    const { work } = entry.request;
    const stepId = entry.id.hashedId;
    if (work.where === "server") return work.read(data, stepId);
    const opened = await stage.open(data, atStep(run, "step-output", stepId));
    return work.revive === undefined ? opened : work.revive(opened);
  }

  async #openError(entry: Entry, error: WireError): Promise<WireError> {
    const { stage, run } = this.#deps.passage;
    const { work } = entry.request;
    const stepId = entry.id.hashedId;
    return work.where === "server"
      ? work.readError(error, stepId)
      : stage.openError(error, atStep(run, "step-error", stepId));
  }

  #entryOf(step: FoundStep): Entry {
    const entry = this.#entries.get(step.id.hashedId);
    if (entry === undefined)
      throw new HoldfastError("internal_error", "A step was finished that nobody asked for.");
    return entry;
  }
}

/** Whether a step waits for a result that anybody still wants. */
function isOpen({ isWaiting, inner, request }: Entry): boolean {
  return isWaiting && inner === "open" && request.contest?.isOver !== true;
}

/** Waits until a promise is settled, whichever way. */
async function settled(promise: Promise<unknown>): Promise<void> {
  await promise.then(
    () => undefined,
    () => undefined,
  );
}

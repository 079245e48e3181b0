import type { EventPayload } from "../events/contract.ts";
import type { Logger } from "../logging/contract.ts";
import type {
  FailureInfo,
  Middleware,
  MiddlewareEntry,
  MiddlewareStack,
  RunInfo,
  StepInfo,
} from "./contract.ts";

/** One middleware's hook around an act, or nothing when it has none. */
type Wrap<T> = (middleware: Middleware, next: () => Promise<T>) => Promise<T> | undefined;

/**
 * The middleware of one call or one send: `entries` in order, which are the client's and then the function's, made afresh
 * where an entry is a function. What an `on…` hook throws goes to `logger`.
 */
export function createMiddlewareStack(entries: readonly MiddlewareEntry[], logger: Logger): MiddlewareStack {
  const list = entries.map((entry) => (typeof entry === "function" ? entry() : entry));

  /** The first hook is outermost: each one's `next` is the rest of the list. */
  const wrap = <T>(act: () => Promise<T>, hook: Wrap<T>): Promise<T> =>
    list.reduceRight<() => Promise<T>>((next, middleware) => {
      const inner = once(next);
      return async () => hook(middleware, inner) ?? inner();
    }, act)();

  const tell = async (
    name: string,
    hook: (middleware: Middleware) => void | Promise<void>,
  ): Promise<void> => {
    for (const middleware of list) {
      try {
        await hook(middleware);
      } catch (error) {
        logger.error(`The middleware ${middleware.id} failed in ${name}; the run goes on.`, error);
      }
    }
  };

  return {
    wrapRequest: (info, act) => wrap(act, (each, next) => each.wrapRequest?.(info, next)),
    async functionInput(info) {
      const added: Record<string, unknown> = {};
      for (const each of list) Object.assign(added, await each.transformFunctionInput?.(info));
      return added;
    },
    wrapFunctionHandler: (info, act) => wrap(act, (each, next) => each.wrapFunctionHandler?.(info, next)),
    async stepInput(info, input) {
      let current = input;
      for (const each of list) current = (await each.transformStepInput?.(info, current)) ?? current;
      return current;
    },
    wrapStep: (info, act) => wrap(act, (each, next) => each.wrapStep?.(info, next)),
    wrapStepHandler: (info, act) => wrap(act, (each, next) => each.wrapStepHandler?.(info, next)),
    async sendEvents(events) {
      let current: readonly EventPayload[] = events;
      for (const each of list) current = (await each.transformSendEvent?.(current)) ?? current;
      return current;
    },
    wrapSendEvent: (events, act) => wrap(act, (each, next) => each.wrapSendEvent?.(events, next)),
    runStart: (info: RunInfo) => tell("onRunStart", (each) => each.onRunStart?.(info)),
    runComplete: (info: RunInfo, output: unknown) =>
      tell("onRunComplete", (each) => each.onRunComplete?.(info, output)),
    runError: (info: RunInfo, failure: FailureInfo) =>
      tell("onRunError", (each) => each.onRunError?.(info, failure)),
    stepStart: (info: StepInfo) => tell("onStepStart", (each) => each.onStepStart?.(info)),
    stepComplete: (info: StepInfo, output: unknown) =>
      tell("onStepComplete", (each) => each.onStepComplete?.(info, output)),
    stepError: (info: StepInfo, failure: FailureInfo) =>
      tell("onStepError", (each) => each.onStepError?.(info, failure)),
  };
}

/** An act that is begun once: whoever calls it again gets the same outcome. A hook must not run a step twice. */
function once<T>(act: () => Promise<T>): () => Promise<T> {
  let outcome: Promise<T> | null = null;
  return () => {
    outcome ??= act();
    return outcome;
  };
}

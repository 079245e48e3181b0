import type { EventData, PayloadPosition, PayloadStage, ReplyTo } from "holdfast";
import { Middleware } from "inngest";
import { SealingError } from "./sealing-error.ts";
import { sealing } from "./stage/sealing.ts";
import type { SealingOptions } from "./stage/sealing-options.ts";

export interface InngestSealingOptions extends Omit<SealingOptions, "names" | "errorNames"> {
  /** As every app that shares events names it: this SDK does not say in which environment it is. */
  readonly environment: string;
  /** Ids of other apps whose functions are invoked: the SDK joins app and function, and only a list takes them apart. */
  readonly apps?: readonly string[];
}

/** Steps whose results come from the server, which made them or had them from somebody else. */
const SERVER_STEPS: ReadonlySet<string> = new Set(["sleep", "waitForSignal", "fetch", "ai.infer"]);
/** Events of the server's own, which hold the event that started another run. */
const ENDINGS: ReadonlySet<string> = new Set([
  "inngest/function.failed",
  "inngest/function.finished",
  "inngest/function.cancelled",
]);

type Fields = Readonly<Record<string, unknown>>;
interface EventLike extends Fields {
  readonly name: string;
  readonly id?: string;
  readonly data?: EventData;
}
interface Target {
  readonly app: string;
  readonly functionId: string;
}
interface Call {
  readonly runId: string;
  readonly functionId: string;
}

/**
 * Sealing for `inngest` 4, in the bound format, as far as its hooks reach: data of events that are sent, of invokes and of
 * what is received; results of steps and of functions. Set `checkpointing: false` on the client: it is made for calls that
 * report no checkpoints.
 *
 * Left in clear, since no hook sees them: errors with message, stack and cause; arguments of steps; data of signals, of
 * `defer` and of realtime messages; `step.fetch` and `step.ai.infer`; metadata; durable endpoints; names and ids. A value
 * of an app that must not be seen in any of these needs Holdfast's own SDK.
 *
 * What does not open ends the call with the error's code and no content: 400 and no retry, or 500 when the keys are out of
 * reach.
 *
 * @example
 * ```ts
 * new Inngest({
 *   id: "shop",
 *   checkpointing: false,
 *   middleware: [sealingMiddleware({ keys: environmentKeys(), environment: "production" })],
 * })
 * ```
 */
export function sealingMiddleware(options: InngestSealingOptions): Middleware.Class {
  const { apps = [], ...rest } = options;
  const payloads = sealing(rest).payloads;
  const stage = payloads?.({ app: "", environment: options.environment });
  if (stage === undefined) throw new Error("Sealing brings no stage.");
  const place = { environment: options.environment };

  // One object for each request: what is noted here belongs to one call.
  return class SealingMiddleware extends Middleware.BaseMiddleware {
    readonly id = "holdfast/sealing";
    #call: Call | null = null;
    #replyTo: ReplyTo | null = null;
    readonly #targets = new Map<string, Target | null>();
    #giveUp: (error: unknown) => void = () => undefined;
    readonly #hasGivenUp = new Promise<unknown>((resolve) => (this.#giveUp = resolve));

    /** What a step cannot open must end the call: the SDK would wait for the step, and the server for the SDK. */
    override async wrapRequest({ next }: Middleware.WrapRequestArgs): Promise<Middleware.Response> {
      const refused = this.#hasGivenUp.then((error) => refusal(error));
      return Promise.race([next(), refused]);
    }

    override async transformFunctionInput(
      arg: Middleware.TransformFunctionInputArgs,
    ): Promise<Middleware.TransformFunctionInputArgs> {
      this.#call = { runId: arg.ctx.runId, functionId: arg.fn.id() };
      try {
        // The SDK's events are objects with a name.
        const events = arg.ctx.events as readonly unknown[] as readonly EventLike[];
        const opened: EventLike[] = [];
        for (const event of events) opened.push(await this.#openEvent(event, arg.fn.id()));
        // The tuple that the SDK declares has at least one event, as the one it gave.
        return { ...arg, ctx: { ...arg.ctx, event: opened[0], events: opened } } as typeof arg;
      } catch (error) {
        return this.#givenUp(error);
      }
    }

    override async transformStepInput(
      arg: Middleware.TransformStepInputArgs,
    ): Promise<Middleware.TransformStepInputArgs> {
      if (arg.stepInfo.stepType !== "invoke" || this.#call === null) return arg;
      const { hashedId, memoized } = arg.stepInfo;
      const [asked, ...others] = arg.input;
      if (!isFields(asked)) return arg;
      const target = targetOf(asked["function_id"], [this.client.id, ...apps]);
      this.#targets.set(hashedId, target);
      const payload = isFields(asked["payload"]) ? asked["payload"] : {};
      if (memoized) return arg;
      try {
        if (target === null) throw unknownApp(asked["function_id"]);
        const data = isFields(payload["data"]) ? payload["data"] : {};
        const sealed = await stage.sealData(
          data,
          { kind: "invoke-input", ...place, ...target },
          { runId: this.#call.runId, stepId: hashedId },
        );
        return { ...arg, input: [{ ...asked, payload: { ...payload, data: sealed } }, ...others] };
      } catch (error) {
        return this.#givenUp(error);
      }
    }

    override async wrapStepHandler({ next, stepInfo }: Middleware.WrapStepHandlerArgs): Promise<unknown> {
      const output = await next();
      return stage.seal(output, this.#atStep(stepInfo.hashedId));
    }

    override async wrapStep({ next, stepInfo }: Middleware.WrapStepArgs): Promise<unknown> {
      const value = await next();
      try {
        return await this.#openResult(value, String(stepInfo.stepType), stepInfo.hashedId);
      } catch (error) {
        return this.#givenUp(error);
      }
    }

    override async wrapFunctionHandler({ next, fn }: Middleware.WrapFunctionHandlerArgs): Promise<unknown> {
      const output = await next();
      const at = { kind: "function-output", ...place, app: this.client.id, functionId: fn.id() } as const;
      return stage.seal(
        output,
        this.#replyTo === null
          ? { ...at, runId: this.#call?.runId ?? "" }
          : { ...at, replyTo: this.#replyTo },
      );
    }

    override async transformSendEvent(
      arg: Middleware.TransformSendEventArgs,
    ): Promise<Middleware.TransformSendEventArgs> {
      const events = await Promise.all(
        arg.events.map(async (event) => ({
          ...event,
          data: await stage.sealData(event.data ?? {}, atEvent(event)),
        })),
      );
      return { ...arg, events };
    }

    async #openEvent(event: EventLike, functionId: string): Promise<EventLike> {
      const { name, data = {} } = event;
      if (name === "inngest/function.invoked") {
        const at = { kind: "invoke-input", ...place, app: this.client.id, functionId } as const;
        const { data: opened, replyTo } = await stage.openData(data, at);
        // The outcome of a batch goes to the first that waits for it.
        this.#replyTo ??= replyTo ?? null;
        return { ...event, data: opened };
      }
      if (ENDINGS.has(name)) return { ...event, data: await openEnding(stage, data, atEvent) };
      // `defer` passes no hook, so that its data comes as it was given.
      if (name === "inngest/deferred.schedule") return event;
      return { ...event, data: (await stage.openData(data, atEvent(event))).data };
    }

    async #openResult(value: unknown, stepType: string, hashedId: string): Promise<unknown> {
      if (SERVER_STEPS.has(stepType)) return value;
      // Nothing came in time; there is no event that could be sealed.
      if (stepType === "waitForEvent") return isEvent(value) ? this.#openWaited(value) : value;
      if (stepType !== "invoke") return stage.open(value, this.#atStep(hashedId));
      const target = this.#targets.get(hashedId);
      if (target === null || target === undefined) throw unknownApp(null);
      const replyTo = { runId: this.#call?.runId ?? "", stepId: hashedId };
      return stage.open(value, { kind: "function-output", ...place, ...target, replyTo });
    }

    async #openWaited(event: EventLike): Promise<EventLike> {
      return { ...event, data: (await stage.openData(event.data ?? {}, atEvent(event))).data };
    }

    #atStep(stepId: string): PayloadPosition {
      const { runId, functionId } = this.#call ?? { runId: "", functionId: "" };
      return { kind: "step-output", ...place, app: this.client.id, functionId, runId, stepId };
    }

    /** Ends the call, and leaves whoever waits here waiting: the answer is already on its way. */
    #givenUp(error: unknown): Promise<never> {
      this.#giveUp(error);
      return new Promise(() => undefined);
    }
  };

  function atEvent(event: { readonly name: string; readonly id?: string | undefined }): PayloadPosition {
    const { name, id } = event;
    return { kind: "event", ...place, app: "", name, ...(id === undefined ? {} : { eventId: id }) };
  }
}

/** The events inside of an event about a run's end. Its error is in clear, and its result of another app's making. */
async function openEnding(
  stage: PayloadStage,
  data: EventData,
  atEvent: (event: EventLike) => PayloadPosition,
): Promise<EventData> {
  const open = async (value: unknown): Promise<unknown> => {
    if (!isEvent(value) || value.name.startsWith("inngest/")) return value;
    return { ...value, data: (await stage.openData(value.data ?? {}, atEvent(value))).data };
  };
  const { event, events } = data;
  return {
    ...data,
    ...(event === undefined ? {} : { event: await open(event) }),
    ...(Array.isArray(events) ? { events: await Promise.all(events.map(open)) } : {}),
  };
}

/** The answer to a call whose values do not open. */
function refusal(error: unknown): Middleware.Response {
  const { name, code, message, isFinal } =
    error instanceof SealingError
      ? { name: error.name, code: error.code, message: error.message, isFinal: error.noRetry }
      : {
          name: "Error",
          code: "seal_failed",
          message: "A value could not be sealed or opened.",
          isFinal: true,
        };
  return {
    status: isFinal ? 400 : 500,
    headers: {
      "content-type": "application/json",
      ...(isFinal ? { "x-inngest-no-retry": "true" } : {}),
    },
    body: JSON.stringify({ name, message: `${code}: ${message}` }),
  };
}

function unknownApp(slug: unknown): SealingError {
  const which = typeof slug === "string" ? `the function ${slug}` : "a function";
  return new SealingError(
    "seal_misplaced",
    `Cannot invoke ${which}: which app it belongs to is not known, and the seal is bound to it.`,
    { next: "Name its app in the option apps." },
  );
}

/** App and function of what an invoke names: the longest id of a known app that it begins with. */
function targetOf(slug: unknown, apps: readonly string[]): Target | null {
  if (typeof slug !== "string") return null;
  const app = apps
    .filter((id) => slug.startsWith(`${id}-`))
    .toSorted((left, right) => right.length - left.length)
    .at(0);
  return app === undefined ? null : { app, functionId: slug.slice(app.length + 1) };
}

function isEvent(value: unknown): value is EventLike {
  return isFields(value) && typeof value["name"] === "string";
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import type { Endpoint, EndpointHandler, EndpointOptions } from "../endpoints/contract.ts";
import { createEndpoint } from "../endpoints/create-endpoint.ts";
import { createEndpointProxy } from "../endpoints/endpoint-proxy.ts";
import type { EventPayload } from "../events/contract.ts";
import type { FunctionContext } from "../functions/context.ts";
import type { HoldfastFunction } from "../functions/contract.ts";
import { functionRecords } from "../functions/create-records.ts";
import type { AddedBy, EventOf, InputOf } from "../functions/inference.ts";
import type { FunctionOptions } from "../functions/options.ts";
import { functionOf } from "../functions/records.ts";
import type { Triggers } from "../functions/triggers.ts";
import type { MiddlewareEntry } from "../middleware/contract.ts";
import { registerMiddleware, tellOfClient } from "../middleware/register.ts";
import { createMiddlewareStack } from "../middleware/stack.ts";
import type { Mode } from "./contract.ts";
import { createState } from "./create-state.ts";
import type { ClientOptions } from "./options.ts";
import type { Realtime } from "./realtime.ts";
import { createRealtime } from "./realtime.ts";
import type { SentEvents } from "./send-events.ts";
import { sendEvents } from "./send-events.ts";
import type { SentSignal } from "./send-signal.ts";
import { sendSignal } from "./send-signal.ts";
import { keepFunctions, keepState, stateOf } from "./state.ts";

/** Beside what is sent: where to. */
export interface SendOptions {
  /** Another environment than the client's. */
  readonly env?: string;
}

/** Where the compiler finds what a client's middleware adds. There is no such member. */
declare const entries: unique symbol;

/**
 * An app's client: it makes functions, and sends events. Keys are in none of its properties, so that a client that is
 * printed, listed or sent somewhere shows its id and no more.
 *
 * @example
 * ```ts
 * const client = new Holdfast({ id: "shop" });
 * const ship = client.createFunction({ id: "ship", triggers: { event: "order/paid" } }, async ({ event, step }) => {
 *   const label = await step.run("print-label", () => printLabel(event.data));
 *   await step.run("hand-over", () => handOver(label));
 * });
 * ```
 */
export class Holdfast<const Entries extends readonly MiddlewareEntry[] = readonly MiddlewareEntry[]> {
  readonly id: string;
  declare readonly [entries]?: Entries;

  /**
   * Reads the environment for what the options leave out.
   *
   * @throws HoldfastError `config_invalid` or `key_invalid` for a setting that cannot be used, in production also for one
   * that is missing. The message names the option or the variable, and shows no secret.
   */
  constructor(options: ClientOptions<Entries>) {
    const state = createState(options);
    keepState(this, state);
    this.id = state.app;
    tellOfClient(state.middleware, state.app);
    if (state.mode === "dev") {
      state.logger.warn(
        `Holdfast: the app "${state.app}" is in DEV MODE. Calls are NOT verified. Its server is ${state.apiOrigin}.`,
      );
    }
  }

  /** How the app stands to its server. */
  get mode(): Mode {
    return stateOf(this).mode;
  }

  /** The environment's name; empty when none was named. */
  get env(): string {
    return stateOf(this).environment;
  }

  /** Null when none was given. */
  get appVersion(): string | null {
    return stateOf(this).appVersion;
  }

  /** What is published now, to whoever listens. */
  get realtime(): Realtime {
    return createRealtime(stateOf(this));
  }

  /**
   * Makes a function. Its handler is called anew after each step, and finished steps return what they returned.
   *
   * @throws HoldfastError `function_invalid`, which names the option.
   */
  createFunction<
    const Own extends Triggers = [],
    const Added extends readonly MiddlewareEntry[] = [],
    Output = unknown,
  >(
    options: FunctionOptions<Own, Added, AddedBy<Entries> & AddedBy<Added>>,
    handler: (context: FunctionContext<EventOf<Own>> & AddedBy<Entries> & AddedBy<Added>) => Output,
  ): HoldfastFunction<InputOf<Own>, Awaited<Output>> {
    const state = stateOf(this);
    const records = functionRecords(state, options, handler);
    registerMiddleware(state, records);
    keepFunctions(this, records);
    return functionOf(options.id, records);
  }

  /**
   * Makes a durable endpoint: a handler of requests that may use steps. The caller waits for the answer as long as nothing
   * has to be waited for; then the run goes on without him, and he is sent to where its outcome will be.
   *
   * @example
   * ```ts
   * const pay = client.endpoint(async (request, { step }) => {
   *   const order = await step.run("read", () => request.json());
   *   return step.run("charge", () => charge(order));
   * });
   * ```
   *
   * @throws HoldfastError `function_invalid`, which names the option.
   */
  endpoint(handler: EndpointHandler, options: EndpointOptions = {}): Endpoint {
    return createEndpoint(stateOf(this), handler, options);
  }

  /** A handler that serves the outcomes of this client's endpoints: what `asyncRedirectUrl` names. */
  endpointProxy(): Endpoint {
    return createEndpointProxy(stateOf(this));
  }

  /**
   * Sends one event or several, all or none of them as far as the app can tell.
   *
   * @throws HoldfastError `event_…` for an event that cannot be sent, and then nothing was; `unauthenticated`,
   * `server_unreachable` or `request_failed` when the server does not take them. None shows the event key.
   */
  async send(events: EventPayload | readonly EventPayload[], options: SendOptions = {}): Promise<SentEvents> {
    const state = stateOf(this);
    return sendEvents(state, isList(events) ? events : [events], {
      stack: createMiddlewareStack(state.middleware, state.logger),
      ...(options.env === undefined ? {} : { environment: options.env }),
    });
  }

  /**
   * Sends a signal to the one run that waits for it.
   *
   * @throws HoldfastError `request_invalid`, `unauthenticated`, `server_unreachable`, `request_failed`.
   */
  async sendSignal(
    signal: { readonly signal: string; readonly data?: unknown },
    options: SendOptions = {},
  ): Promise<SentSignal> {
    return sendSignal(stateOf(this), signal, options.env);
  }
}

function isList(events: EventPayload | readonly EventPayload[]): events is readonly EventPayload[] {
  return Array.isArray(events);
}

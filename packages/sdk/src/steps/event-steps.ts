import { HoldfastError } from "@holdfast/protocol";
import { sendEvents } from "../client/send-events.ts";
import type { EventPayload, ReceivedEvent } from "../events/contract.ts";
import type { EventType } from "../events/event-type.ts";
import { schemaFaults } from "../events/schema-faults.ts";
import { openEvent } from "../payloads/open-event.ts";
import type { StepName, StepOptions } from "./contract.ts";
import type { StepHost } from "./step-host.ts";
import { stepOptions } from "./step-options.ts";
import type { StepRequest } from "./step-request.ts";
import type { AwaitedEvent, EventWait } from "./step-tools.ts";
import type { Instant, Span } from "./time-text.ts";
import { endText, spanText } from "./time-text.ts";

type WaitOptions = EventWait & { readonly event: string | EventType };

/** `step.waitForEvent`. */
export function waitForEventStep(host: StepHost, name: StepName, wait: WaitOptions): StepRequest {
  const options = stepOptions(name, "step.waitForEvent");
  describe(wait, options);
  return {
    kind: "waitForEvent",
    options,
    input: [wait],
    work: {
      where: "server",
      // Middleware hands on what it was given, or another wait.
      describe: ([given]) => describe(given as WaitOptions, options),
      read: async (data) => (data === null ? null : received(host, data, wait.event)),
      readError: (error) => error,
    },
  };
}

/**
 * `step.waitForAny`: one wait for each event, `<id>:0` and so on, of which the first to end counts. The others stay with
 * the server until the run ends, and are not asked for again.
 */
export async function waitForAnySteps(
  host: StepHost,
  name: StepName,
  any: {
    readonly events: readonly AwaitedEvent[];
    readonly timeout: Span | Instant;
    readonly lookBack?: Span;
  },
): Promise<unknown> {
  const options = stepOptions(name, "step.waitForAny");
  const { events, timeout, lookBack } = any;
  if (events.length === 0) {
    throw new HoldfastError("step_invalid", `Step "${options.id}" waits for no event at all.`);
  }
  const contest = { isOver: false };
  const requests = events.map(({ event, if: condition }, index): StepRequest => {
    const each = { ...options, id: `${options.id}:${index}` };
    const wait = {
      event,
      timeout,
      ...(condition === undefined ? {} : { if: condition }),
      ...(lookBack === undefined ? {} : { lookBack }),
    };
    return { ...waitForEventStep(host, each, wait), contest };
  });
  const scope = { ...host.scopes.current(), parallelMode: "race" as const };
  const waits = host.scopes.run(scope, () => requests.map((request) => host.ask(request)));
  try {
    return await Promise.race(waits);
  } finally {
    contest.isOver = true;
  }
}

/** `step.sendEvent`. Its events are no arguments: what is stored of the step is their ids. */
export function sendEventStep(
  host: StepHost,
  name: StepName,
  events: EventPayload | readonly EventPayload[],
): StepRequest {
  const options = stepOptions(name, "step.sendEvent");
  return {
    kind: "sendEvent",
    options,
    input: [events],
    work: {
      where: "app",
      type: "step.sendEvent",
      reportsInput: false,
      async run([given]) {
        // Middleware hands on events; what is none is refused before it is sent.
        const payload = given as EventPayload | readonly EventPayload[];
        const list = isList(payload) ? payload : [payload];
        return sendEvents(host.client, list, { stack: host.stack });
      },
    },
  };
}

function describe(
  wait: WaitOptions,
  { id }: StepOptions,
): {
  readonly op: "WaitForEvent";
  readonly event: string;
  readonly timeout: string;
  readonly condition: string | null;
  readonly lookBack: string | null;
} {
  const { event, timeout, if: condition, lookBack } = wait;
  const name = typeof event === "string" ? event : event?.name;
  if (typeof name !== "string" || name === "") {
    throw new HoldfastError("step_invalid", `Step "${id}" waits for an event without a name.`);
  }
  if (timeout === undefined)
    throw new HoldfastError("step_invalid", `Step "${id}" waits without a time-out.`);
  return {
    op: "WaitForEvent",
    event: name,
    timeout: endText(timeout, id),
    condition: condition ?? null,
    lookBack: lookBack === undefined ? null : spanText(lookBack, id),
  };
}

/** The event that ended a wait, opened, and checked where its type has a schema. */
async function received(host: StepHost, data: unknown, expected: string | EventType): Promise<ReceivedEvent> {
  const { stage, run } = host.passage;
  // A server's memo of a wait is the event as it was received (wire-protocol 5.4).
  const { event } = await openEvent(data as ReceivedEvent, stage, run);
  const schema = typeof expected === "string" ? null : expected.schema;
  const faults = schema === null ? null : await schemaFaults(schema, event.data);
  if (faults === null) return event;
  const message = `The event "${event.name}" that was waited for does not fit its schema at ${faults}.`;
  throw new HoldfastError("step_invalid", message);
}

function isList(events: EventPayload | readonly EventPayload[]): events is readonly EventPayload[] {
  return Array.isArray(events);
}

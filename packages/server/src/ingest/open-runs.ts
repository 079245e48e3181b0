import type { Digest, RunId } from "@holdfast/protocol";
import { isHoldfastError, LIMITS } from "@holdfast/protocol";
import { prepareFilter } from "#expressions";
import type { Expression, WaitFilter } from "#expressions";
import type { FunctionDefinition } from "#registry";
import type { EventRecord, NewRun, NewWait, QueueItem } from "#store";
import type { Admission } from "./admission.ts";

/** How much of a hash guards a run's creation: 128 bits are beyond chance and malice alike. */
const IDEMPOTENCY_CHARS = 32;

/** What makes one birth of a run different from another. */
export interface Birth {
  readonly id: RunId;
  /** Unix ms. */
  readonly now: number;
  /** Whether its first item may be held at once. */
  readonly isHeld: boolean;
  /** What must not start a second run within a day; null for nothing. */
  readonly guard: string | null;
  readonly correlation: string | null;
  readonly batchId: string | null;
}

const NO_ADMISSION: Admission = { gates: [], rateLimit: null, singleton: null, priorityMs: 0 };

/**
 * A run of a function for one event, or for a batch of them, with the call that begins it: due now, or when its event says
 * it will happen. Pure.
 *
 * @param events at least one; the first is the run's own
 */
export function openRun(
  events: readonly EventRecord[],
  definition: FunctionDefinition,
  admission: Admission | null,
  birth: Birth,
  digest: Digest,
): NewRun {
  const event = events[0] as EventRecord;
  const { id, now } = birth;
  const dueAt = Math.max(now, event.ts);
  const item = (fields: Pick<QueueItem, "key" | "kind" | "dueAt">): QueueItem => ({
    runId: id,
    stepId: null,
    attempt: 0,
    generation: birth.isHeld && fields.dueAt <= now ? 1 : 0,
    enqueuedAt: now,
    cause: null,
    ...fields,
  });
  const { startTimeoutMs } = definition;
  return {
    run: {
      id,
      environment: event.environment,
      functionId: definition.id,
      functionVersion: definition.version,
      eventId: event.id,
      batchId: birth.batchId,
      originalRunId: null,
      status: "Scheduled",
      queuedAt: now,
      startedAt: null,
      endedAt: null,
      requestVersion: -1,
      forcePlan: false,
      pending: [],
      stepCount: 0,
      stateBytes: events.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0),
      revision: 0,
    },
    eventIds: events.map((each) => each.id),
    item: item({ key: "start", kind: "discovery", dueAt }),
    timers:
      startTimeoutMs === null
        ? []
        : [item({ key: "timeout:start", kind: "timeout", dueAt: now + startTimeoutMs })],
    idempotency:
      birth.guard === null
        ? null
        : {
            key: digest.sha256Hex(birth.guard).slice(0, IDEMPOTENCY_CHARS),
            expiresAt: now + LIMITS.idempotencyMs,
          },
    ...(admission ?? NO_ADMISSION),
    // A batch has no one event that a rule could compare with (14.5).
    cancels: birth.batchId === null ? cancelWaits(definition, event, now) : [],
    journal: [],
    correlation: birth.correlation,
  };
}

/** The events that cancel the run (15.5), each rule with the values of the run's own event in it. */
function cancelWaits(definition: FunctionDefinition, event: EventRecord, now: number): readonly NewWait[] {
  if (definition.cancels.length === 0) return [];
  const parsed: unknown = JSON.parse(event.body);
  return definition.cancels.flatMap((rule, index): NewWait[] => {
    const filter = rule.filter === null ? null : preparedFilter(rule.filter, parsed, now);
    if (filter === "never") return [];
    return [
      {
        effect: "cancel",
        key: `cancel:${index}`,
        eventName: rule.event,
        filter,
        expiresAt: now + (rule.timeoutMs ?? LIMITS.cancelRuleMs),
        lookBackFrom: null,
      },
    ];
  });
}

/**
 * A rule that reads more of this event than a wait may keep cancels nothing: the sender of an event chooses how large it
 * is, and must not be able to keep it from starting the functions of others.
 */
function preparedFilter(filter: Expression, event: unknown, now: number): WaitFilter | "never" {
  try {
    return prepareFilter(filter, event, now);
  } catch (error) {
    if (isHoldfastError(error, "expression_invalid")) return "never";
    throw error;
  }
}

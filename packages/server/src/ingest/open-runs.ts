import type { Digest, RunId } from "@holdfast/protocol";
import { LIMITS } from "@holdfast/protocol";
import type { FunctionDefinition } from "#registry";
import type { EventRecord, NewRun } from "#store";

/** How much of a hash guards a run's creation: 128 bits are beyond chance and malice alike. */
const IDEMPOTENCY_CHARS = 32;

/**
 * A run of a function for an event, with the call that begins it: due when the event is received, or when it says it will
 * happen. An id that the sender chose guards against a second run for a day. Pure.
 */
export function openRun(
  event: EventRecord,
  definition: FunctionDefinition,
  id: RunId,
  isHeld: boolean,
  digest: Digest,
): NewRun {
  const dueAt = Math.max(event.receivedAt, event.ts);
  return {
    run: {
      id,
      environment: event.environment,
      functionId: definition.id,
      functionVersion: definition.version,
      eventId: event.id,
      status: "Scheduled",
      queuedAt: event.receivedAt,
      startedAt: null,
      endedAt: null,
      requestVersion: -1,
      forcePlan: false,
      pending: [],
      stepCount: 0,
      stateBytes: Buffer.byteLength(event.body),
      revision: 0,
    },
    item: {
      runId: id,
      key: "start",
      kind: "discovery",
      stepId: null,
      attempt: 0,
      generation: isHeld && dueAt <= event.receivedAt ? 1 : 0,
      enqueuedAt: event.receivedAt,
      dueAt,
    },
    idempotency:
      event.userId === null
        ? null
        : {
            key: digest.sha256Hex(event.userId).slice(0, IDEMPOTENCY_CHARS),
            expiresAt: event.receivedAt + LIMITS.idempotencyMs,
          },
  };
}

import assert from "node:assert/strict";
import type { EventPayload } from "./function-spec.ts";
import { endOf, runsOf } from "./run-of.ts";
import type { Stage } from "./stage.ts";

/**
 * The expressions, as filters of triggers, that start a function for an event, in the order in which they were given. All
 * are triggers of one app, and one event is sent by its client.
 */
export async function startedBy(
  stage: Stage,
  expressions: readonly string[],
  event: EventPayload,
): Promise<readonly string[]> {
  await using app = await stage.app([
    { id: "unfiltered", triggers: [{ event: event.name }], handler: () => null },
    ...expressions.map((expression, index) => ({
      id: `filtered-${index}`,
      triggers: [{ event: event.name, if: expression }],
      handler: () => expression,
    })),
  ]);
  const { ids } = await app.send(event);
  const [id] = ids;
  assert.ok(id !== undefined);
  // Runs are opened with their event: where the one without a filter is, every other is as well.
  const runs = await runsOf(stage.server, id);
  const ends = await Promise.all(runs.map(({ run_id: run }) => endOf(stage.server, run)));
  const started = new Set(ends.map(({ output }) => output));
  return expressions.filter((expression) => started.has(expression));
}

/** Holds that every expression is the boolean true for the event, and that none of the others is. */
export async function assertStarted(
  stage: Stage,
  event: EventPayload,
  matching: readonly string[],
  others: readonly string[] = [],
): Promise<void> {
  const started = await startedBy(stage, [...matching, ...others], event);
  assert.deepEqual(started, matching);
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventId, RunId } from "@holdfast/protocol";
import type { RunRecord, StoredText } from "#store";
import { anEvent, aRun, functionId, runId } from "../store/contract/testing/builders.ts";
import { findSubject } from "./find-subject.ts";

const eventId = (num: number): EventId => anEvent(num).id;

function ofEvent(num: number, body: unknown): StoredText {
  return { at: 0, functionId: null, owner: { event: eventId(num) }, text: JSON.stringify(body) };
}

function ofRun(num: number, body: unknown): StoredText {
  return { at: 0, functionId: functionId(1), owner: { run: runId(num) }, text: JSON.stringify(body) };
}

/** What the server says of a run. */
const finished = (num: number, run: number): StoredText =>
  ofEvent(num, { name: "inngest/function.finished", data: { run_id: runId(run) } });

/** Texts in portions, and which runs each event started. */
function stored(
  portions: readonly (readonly StoredText[])[],
  starts: Readonly<Record<number, readonly number[]>> = {},
) {
  const runs = new Map(Object.entries(starts).map(([num, ids]) => [eventId(Number(num)), ids]));
  const calls: string[] = [];
  return {
    calls,
    texts: {
      portion(after: string | null) {
        const index = after === null ? 0 : Number(after);
        calls.push(`portion ${index}`);
        const next = index + 1 < portions.length ? String(index + 1) : null;
        return Promise.resolve({ texts: portions[index] ?? [], next });
      },
    },
    runs: {
      ofEvent: (id: EventId): Promise<readonly RunRecord[]> =>
        Promise.resolve((runs.get(id) ?? []).map((num) => aRun(num, { eventId: id }))),
    },
    breath() {
      calls.push("breath");
      return Promise.resolve();
    },
  };
}

const find = async (
  store: ReturnType<typeof stored>,
  values: readonly string[],
  named: readonly EventId[] = [],
): Promise<{ readonly events: readonly EventId[]; readonly runs: readonly RunId[] }> => {
  const { events, runs } = await findSubject(store, new Set(values), named);
  return { events: [...events].toSorted(), runs: [...runs].toSorted() };
};

test("every portion is read, whole values count, and others have their turn in between", async () => {
  const store = stored([
    [ofEvent(1, { data: { mail: "diana@example.org" } }), ofRun(1, { mail: "ana@example.org.uk" })],
    [ofRun(2, { mail: "ana@example.org" })],
    [ofEvent(3, { data: { mail: "ana@example.org" } })],
  ]);
  assert.deepEqual(await find(store, ["ana@example.org"]), { events: [eventId(3)], runs: [runId(2)] });
  const round = ["portion 0", "breath", "portion 1", "breath", "portion 2"];
  assert.deepEqual(store.calls, [...round, ...round]);
});

test("what the server said of the subject's runs is followed, and of nobody else's", async () => {
  const store = stored(
    [
      [
        ofEvent(1, { data: { mail: "ana@example.org" } }),
        finished(2, 1),
        finished(3, 7),
        // An app's own event that speaks of a run is found by its values alone.
        ofEvent(4, { name: "app/noted", data: { run_id: runId(1) } }),
        finished(5, 12),
      ],
    ],
    { 1: [1], 2: [12, 1], 3: [13], 4: [14], 5: [15] },
  );
  assert.deepEqual(await find(store, ["ana@example.org"]), {
    events: [eventId(1), eventId(2), eventId(5)],
    runs: [runId(1), runId(12), runId(15)].toSorted(),
  });
});

test("events that are named are followed like those that were found; without either nothing is", async () => {
  const texts = [[finished(2, 1), ofEvent(1, { data: "sealed" })]];
  assert.deepEqual(await find(stored(texts, { 1: [1] }), [], [eventId(1)]), {
    events: [eventId(1), eventId(2)],
    runs: [runId(1)],
  });
  assert.deepEqual(await find(stored(texts, { 1: [1] }), []), { events: [], runs: [] });
});

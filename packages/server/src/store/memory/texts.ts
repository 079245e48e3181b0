import type { RunId } from "@holdfast/protocol";
import type { StoredText } from "../contract.ts";
import type { MemoryRooms } from "./memory-disk.ts";

/** Every text that holds payloads, in one portion. */
export function storedTexts({ events, items, runs, waits }: MemoryRooms): readonly StoredText[] {
  const of = (id: RunId, at: number, text: string): readonly StoredText[] => {
    const run = runs.get(id);
    return run === undefined ? [] : [{ at, functionId: run.record.functionId, owner: { run: id }, text }];
  };
  return [
    ...events.all().map(({ id, receivedAt, body }) => ({
      at: receivedAt,
      functionId: null,
      owner: { event: id },
      text: body,
    })),
    ...runs
      .all()
      .flatMap(({ journal, record }) =>
        journal.flatMap(({ at, data }) => (data === null ? [] : of(record.id, at, data))),
      ),
    ...waits
      .all()
      .flatMap(({ captured, runId }) =>
        captured === null ? [] : of(runId, runs.get(runId)?.record.queuedAt ?? 0, captured),
      ),
    ...items
      .all()
      .flatMap(({ item }) =>
        item.cause === null ? [] : of(item.runId, item.enqueuedAt, JSON.stringify(item.cause)),
      ),
  ];
}

import { DatabaseSync } from "node:sqlite";

/** What the file of a server that was stopped says of a soak. */
export interface StoredRuns {
  /** Completed runs by the event that started them. */
  readonly byEvent: ReadonlyMap<string, number>;
  /** Runs that have not completed. */
  readonly others: number;
}

/** `runs.status` of a run that ended well. */
const COMPLETED = 2;

/** @param since Unix ms; runs that were queued before are not the soak's */
export function storedRuns(file: string, since: number): StoredRuns {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const byEvent = new Map<string, number>();
    let others = 0;
    for (const { event_id: id, status } of db
      .prepare("SELECT event_id, status FROM runs WHERE queued_at >= ?")
      .iterate(since))
      if (status === COMPLETED) byEvent.set(String(id), (byEvent.get(String(id)) ?? 0) + 1);
      else others += 1;
    return { byEvent, others };
  } finally {
    db.close();
  }
}

import type { Attempt } from "./visits.ts";

const KEPT = 50;
const CONNECTIONS_MAX = 200;

/** The last attempts of each connection: in memory, since the audit log has them all. */
export interface AttemptBook {
  note(connection: string, attempt: Attempt): void;
  of(connection: string): readonly Attempt[];
}

export function createAttemptBook(): AttemptBook {
  const byConnection = new Map<string, readonly Attempt[]>();
  return {
    note(connection, attempt) {
      const before = byConnection.get(connection) ?? [];
      const [oldest] = byConnection.keys();
      if (byConnection.size >= CONNECTIONS_MAX && oldest !== undefined && !byConnection.has(connection))
        byConnection.delete(oldest);
      byConnection.set(connection, [attempt, ...before].slice(0, KEPT));
    },
    of: (connection) => byConnection.get(connection) ?? [],
  };
}

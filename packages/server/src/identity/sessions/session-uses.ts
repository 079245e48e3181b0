import type { Clock } from "#kernel";
import type { AdministrationStore } from "#store";

/** Uses are noted to the minute. */
const NOTE_MS = 60_000;

/** When each session was last used: kept in memory, and noted on disk in 256 portions, so that a note is small. */
export interface SessionUses {
  lastUsedAt(hash: string, createdAt: number): number;
  use(hash: string): void;
}

/** @param isKnown whether there is still such a session; others are forgotten with the next note */
export async function openSessionUses(
  administration: AdministrationStore,
  clock: Clock,
  isKnown: (hash: string) => boolean,
): Promise<SessionUses> {
  const uses = new Map<string, Map<string, number>>();
  for (const { body, id } of await administration.records("session-use"))
    // Written by `use` below.
    uses.set(id, new Map(Object.entries(JSON.parse(body) as Record<string, number>)));
  const portionOf = (hash: string): readonly [id: string, portion: Map<string, number>] => {
    const id = hash.slice(0, 2);
    const portion = uses.get(id) ?? new Map<string, number>();
    uses.set(id, portion);
    return [id, portion];
  };

  return {
    lastUsedAt: (hash, createdAt) => portionOf(hash)[1].get(hash) ?? createdAt,
    use(hash) {
      const [id, portion] = portionOf(hash);
      const now = clock.now();
      if (now - (portion.get(hash) ?? 0) < NOTE_MS) return;
      portion.set(hash, now);
      for (const each of portion.keys()) if (!isKnown(each)) portion.delete(each);
      // Nobody waits for it, and it may be lost.
      administration
        .note([{ kind: "session-use", id, body: JSON.stringify(Object.fromEntries(portion)) }])
        .catch(() => undefined);
    },
  };
}

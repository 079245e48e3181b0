import { hasEnded } from "@holdfast/protocol";
import type { HistoryStore } from "../contract.ts";
import type { MemoryRooms } from "./memory-disk.ts";
import { by } from "./order.ts";

type Removal = Omit<Parameters<HistoryStore["remove"]>[0], "audit">;
type Portion = { readonly after: string | null; readonly limit: number };

/**
 * One portion of a list in the order of its keys. It begins behind a key and not at a place: what came before may have been
 * removed meanwhile.
 */
function portionOf<Each>(
  all: readonly Each[],
  keyOf: (each: Each) => string,
  { after, limit }: Portion,
): { readonly portion: readonly Each[]; readonly next: string | null } {
  const keyed = all.map((each) => ({ each, key: keyOf(each) })).sort(by(({ key }) => key));
  const portion = keyed.filter(({ key }) => after === null || key > after).slice(0, limit);
  return {
    portion: portion.map(({ each }) => each),
    next: portion.length === limit ? (portion.at(-1)?.key ?? null) : null,
  };
}

/** Numbers in the order of their size, as text. */
function ordered(number: number): string {
  return String(number).padStart(16, "0");
}

export function pastRuns({ runs }: MemoryRooms, request: Portion): Awaited<ReturnType<HistoryStore["runs"]>> {
  const { next, portion } = portionOf(runs.all(), ({ num }) => ordered(num), request);
  return {
    runs: portion.map(({ record: { id, functionId, queuedAt, endedAt } }) => ({
      id,
      functionId,
      queuedAt,
      endedAt,
    })),
    next,
  };
}

export function looseEvents(
  rooms: MemoryRooms,
  request: Parameters<HistoryStore["looseEvents"]>[0],
): Awaited<ReturnType<HistoryStore["looseEvents"]>> {
  const { next, portion } = portionOf(
    rooms.events.all(),
    ({ id, receivedAt }) => `${ordered(receivedAt)} ${id}`,
    request,
  );
  const old = portion.filter(({ receivedAt }) => receivedAt < request.receivedBefore);
  const needed = neededEvents(rooms);
  return {
    ids: old.filter(({ id }) => !needed.has(id)).map(({ id }) => id),
    next: old.length === portion.length ? next : null,
  };
}

/** `false`: something is still needed, and nothing was removed. */
export function removeHistory(rooms: MemoryRooms, { events, runs }: Removal): boolean {
  const gone = new Set(runs);
  const isOpen = runs.some((id) => {
    const run = rooms.runs.get(id);
    return run !== undefined && !hasEnded(run.record.status);
  });
  const needed = neededEvents(rooms, gone);
  if (isOpen || events.some((id) => needed.has(id))) return false;
  for (const id of runs) rooms.runs.remove(id);
  for (const id of events) rooms.events.remove(id);
  return true;
}

/** Events that a run was made of, or that gather for one; without those of runs that go. */
function neededEvents(
  { gatherings, runs }: MemoryRooms,
  without: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  return new Set([
    ...runs.all().flatMap(({ eventIds, record }) => (without.has(record.id) ? [] : eventIds)),
    ...gatherings.byDueAt().flatMap(({ events }) => events.map(({ id }) => id)),
  ]);
}

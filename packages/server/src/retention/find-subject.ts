import type { EventId, RunId } from "@holdfast/protocol";
import type { RunStore, StoredText, TextStore } from "#store";
import { holdsValue, someLeaf } from "./subject.ts";

/** Everything that is kept of a subject. */
export interface SubjectData {
  readonly events: ReadonlySet<EventId>;
  readonly runs: ReadonlySet<RunId>;
}

/** What the search reads. */
export interface SearchedStore {
  readonly texts: TextStore;
  readonly runs: Pick<RunStore, "ofEvent">;
  /** Lets others have their turn between two portions. */
  readonly breath: () => Promise<void>;
}

/** Characters of a run's id, with which whatever the server says of the run begins. */
const RUN_ID_CHARS = 26;
/** The server's own events, as they are stored. */
const OWN_EVENT = '"name":"inngest/';

/**
 * Finds what holds one of the values, and what was made of it: the runs that its events started, what the server said of those
 * runs in events of its own, and the runs which these started in turn. What apps sent on by themselves is found by the values
 * alone.
 */
export async function findSubject(
  store: SearchedStore,
  values: ReadonlySet<string>,
  named: readonly EventId[],
): Promise<SubjectData> {
  const events = new Set<EventId>(named);
  const runs = new Set<RunId>();
  // A cheap look before the exact one: texts are many, and few are about anybody in particular.
  const needles = [...values].map((value) => JSON.stringify(value).slice(1, -1));
  let fresh: readonly EventId[] = named;
  if (needles.length > 0) {
    const found = await owners(
      store,
      (text) => needles.some((needle) => mayHold(text, needle)) && holdsValue(text, values),
    );
    for (const id of found.runs) runs.add(id);
    for (const id of found.events) events.add(id);
    fresh = [...events];
  }
  const unasked: RunId[] = [...runs];
  for (;;) {
    for (const id of fresh)
      for (const run of await store.runs.ofEvent(id))
        if (!runs.has(run.id)) {
          runs.add(run.id);
          unasked.push(run.id);
        }
    const asked = new Set<string>(unasked.splice(0));
    if (asked.size === 0) return { events, runs };
    const told = await owners(
      store,
      (text) => text.includes(OWN_EVENT) && someLeaf(text, (leaf) => asked.has(leaf.slice(0, RUN_ID_CHARS))),
    );
    fresh = [...told.events].filter((id) => !events.has(id));
    for (const id of fresh) events.add(id);
  }
}

/** Inside JSON inside JSON a value may be written in escapes; plain letters, digits and marks are the same in all. */
function mayHold(text: string, needle: string): boolean {
  return text.includes(needle) || !/^[\w@.:+ -]+$/.test(needle);
}

async function owners(
  { breath, texts }: Pick<SearchedStore, "breath" | "texts">,
  isWanted: (text: string) => boolean,
): Promise<{ readonly events: ReadonlySet<EventId>; readonly runs: ReadonlySet<RunId> }> {
  const events = new Set<EventId>();
  const runs = new Set<RunId>();
  const note = ({ owner, text }: StoredText): void => {
    if (!isWanted(text)) return;
    if ("event" in owner) events.add(owner.event);
    else runs.add(owner.run);
  };
  for (let after: string | null = null; ;) {
    const portion: Awaited<ReturnType<TextStore["portion"]>> = await texts.portion(after);
    portion.texts.forEach(note);
    if (portion.next === null) return { events, runs };
    after = portion.next;
    await breath();
  }
}

import type { EventRecord, JournalEntry } from "@holdfast/server/rooms";
import { invokedNumber } from "../app/ops.ts";
import type { Leaf } from "../scenario/program.ts";
import { leavesOf, stepIdOf } from "../scenario/program.ts";
import type { RestRun, RestWorld } from "./rest-world.ts";
import { clockJumped, dataOf, ENVIRONMENT, field } from "./rest-world.ts";

/** An event counts that came while the call that asked for it was under way: this early, with a slow call and disk. */
const EARLY_MS = 400_000;
/** An event that came so shortly before the end of a wait may have been stored after it, on a slow disk. */
const CLOSE_MS = 120_000;
/** Events of one name looked through. */
const EVENT_COUNT_MAX = 1000;

/** A wait ends by an event that matches, or when its time is over; and an event that came in time is not overlooked. */
export async function checkWaits(world: RestWorld, runs: readonly RestRun[], run: RestRun): Promise<void> {
  for (const leaf of leavesOf(run.spec.program)) {
    if (leaf.kind !== "wait" && leaf.kind !== "invoke") continue;
    const id = stepIdOf(leaf.id);
    const begun = run.journal.find(
      (entry) => entry.stepId === id && (entry.kind === "step.waiting" || entry.kind === "step.invoking"),
    );
    const done = run.journal.find(
      (entry) => entry.stepId === id && (entry.kind === "step.completed" || entry.kind === "step.failed"),
    );
    if (begun === undefined || done === undefined) continue;
    if (leaf.kind === "wait") await checkWait(world, run, leaf, begun, done);
    else checkInvoke(world, runs, run, leaf, done);
  }
}

async function checkWait(
  world: RestWorld,
  run: RestRun,
  leaf: Leaf & { readonly kind: "wait" },
  begun: JournalEntry,
  done: JournalEntry,
): Promise<void> {
  const { oracle, store } = world;
  const what = `${run.what}: wait ${leaf.id} for ${leaf.event}`;
  const until = Number(field(dataOf(begun), "until"));
  const memo = dataOf(done);
  if (memo === null) {
    if (clockJumped(world)) return;
    if (done.at < until) oracle.violate("wait-wrong", `${what} timed out ${until - done.at} ms early`);
    const events = await store.events.list({
      environment: ENVIRONMENT,
      name: leaf.event,
      limit: EVENT_COUNT_MAX,
    });
    const missed = events.find(
      (event) =>
        event.receivedAt > begun.at && event.receivedAt < until - CLOSE_MS && matches(run, leaf, event),
    );
    if (missed !== undefined)
      oracle.violate("wait-wrong", `${what} timed out, and ${missed.id} had come in time`);
    return;
  }
  const id = field(memo, "id");
  const candidates = await eventsWith(world, leaf.event, id);
  const event = candidates.find((each) => matches(run, leaf, each));
  if (event === undefined) {
    oracle.violate(
      "wait-wrong",
      `${what} was resumed by ${String(id)}, which is one of ${candidates.length} and no match`,
    );
  } else if (!clockJumped(world) && event.receivedAt < begun.at - EARLY_MS) {
    oracle.violate("wait-wrong", `${what} was resumed by ${event.id}, which came long before`);
  }
}

/** The events that an app sees under this id: several may have one that their senders chose. */
async function eventsWith({ store }: RestWorld, name: string, id: unknown): Promise<readonly EventRecord[]> {
  const events = await store.events.list({ environment: ENVIRONMENT, name, limit: EVENT_COUNT_MAX });
  return events.filter((event) => event.id === id || event.userId === id);
}

function matches(run: RestRun, leaf: Leaf & { readonly kind: "wait" }, event: EventRecord): boolean {
  if (event.name !== leaf.event || event.id === run.run.eventId) return false;
  return !leaf.sameKey || field(field(JSON.parse(event.body), "data"), "k") === run.data.k;
}

/** What an invoke brought is what the run returned that it started. */
function checkInvoke(
  { oracle, specs }: RestWorld,
  runs: readonly RestRun[],
  run: RestRun,
  leaf: Leaf & { readonly kind: "invoke" },
  done: JournalEntry,
): void {
  const value = field(dataOf(done), "data");
  const target = [...specs.values()].find((spec) => spec.name === leaf.target);
  // A run that was gathered has the data of another event.
  if (value === undefined || target === undefined || target.options.batch !== null) return;
  const n = invokedNumber(run.spec.name, leaf.id, run.data.n);
  const isReturned = runs.some(
    (child) =>
      child.spec === target &&
      child.data.n === n &&
      child.run.status === "Completed" &&
      field(dataOf(child.journal.at(-1)), "output") === value,
  );
  if (!isReturned) {
    oracle.violate(
      "memo-wrong",
      `${run.what}: invoke ${leaf.id} brought ${JSON.stringify(value)}, which no run of it returned`,
    );
  }
}

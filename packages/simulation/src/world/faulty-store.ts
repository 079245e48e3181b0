import { HoldfastError } from "@holdfast/protocol";
import type { Store } from "@holdfast/server/rooms";
import type { DiskWorld } from "./faulty-commit.ts";
import { DISK_FULL, faultyCommit } from "./faulty-commit.ts";
import type { SimulatedProcess } from "./process.ts";

/** Does an act when its batch reaches the disk. */
type Submit = (act: () => Promise<unknown>) => Promise<unknown>;

/** A store without a writer as one process reaches it: acts share commits, which go the way of `faultyCommit`. Reads do not. */
export function faultyStore(inner: Store, process: SimulatedProcess, world: DiskWorld): Store {
  const submit = createCommits(process, world);
  return {
    events: acting(inner.events, ["accept"], submit),
    runs: acting(inner.runs, ["advance", "open", "signal", "stranded"], submit),
    queue: acting(
      inner.queue,
      ["openSession", "extendSession", "closeSession", "lease", "pause", "resume"],
      submit,
    ),
    schedules: acting(inner.schedules, ["startGathering", "fireTick"], submit),
    cancellations: acting(inner.cancellations, ["add", "remove"], submit),
    apps: acting(inner.apps, ["register", "noteError", "remove"], submit),
    texts: inner.texts,
    history: acting(inner.history, ["remove", "scrub"], submit),
    administration: acting(inner.administration, ["commit", "note"], submit),
    audit: acting(inner.audit, ["append", "addCheckpoint", "prune", "eraseOpenings"], submit),
    nonces: acting(inner.nonces, ["take", "live"], submit),
    close: () => inner.close(),
  };
}

interface Waiting {
  readonly act: () => Promise<unknown>;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** One batch is under way at a time; what is asked for meanwhile is the next. */
function createCommits(process: SimulatedProcess, world: DiskWorld): Submit {
  let waiting: Waiting[] = [];
  let isBusy = false;

  async function send(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const outcomes = await faultyCommit(process, world, (isFull) =>
        Promise.allSettled(batch.map(({ act }) => (isFull ? Promise.reject(diskFull()) : act()))),
      );
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === "fulfilled") batch[index]?.resolve(outcome.value);
        else batch[index]?.reject(outcome.reason);
      }
    }
    isBusy = false;
  }

  return (act) =>
    new Promise((resolve, reject) => {
      waiting.push({ act, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      queueMicrotask(() => void send());
    });
}

function diskFull(): HoldfastError {
  return new HoldfastError(DISK_FULL.code, DISK_FULL.message);
}

/** An object whose methods of these names go through `submit`. */
function acting<Target extends object>(
  target: Target,
  names: readonly (keyof Target)[],
  submit: Submit,
): Target {
  return new Proxy(target, {
    get(_, key) {
      // The keys of a proxy's traps are not tied to the type of its target.
      const name = key as keyof Target;
      const member = target[name];
      if (typeof member !== "function" || !names.includes(name)) return member;
      // Every method of a store answers by a promise.
      const method = member.bind(target) as (...values: unknown[]) => Promise<unknown>;
      return (...values: unknown[]) => submit(() => method(...values));
    },
  });
}

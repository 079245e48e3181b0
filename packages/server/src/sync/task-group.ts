import type { Clock, Log } from "#kernel";

/** Work that goes on by itself until the group is stopped; nothing of it floats. */
export interface TaskGroup {
  /** Aborts when the group stops. */
  readonly signal: AbortSignal;
  /** Begins a piece of work. What it throws is logged under its name. */
  run(name: string, work: (signal: AbortSignal) => Promise<void>): void;
  /** Aborts everything and waits until it has ended. */
  stop(): Promise<void>;
}

/** A group of tasks that stop together. */
export function createTaskGroup(log: Log): TaskGroup {
  const abort = new AbortController();
  const running = new Set<Promise<void>>();
  return {
    signal: abort.signal,
    run(name, work) {
      if (abort.signal.aborted) return;
      const task = work(abort.signal)
        .catch((error: unknown) => {
          if (!abort.signal.aborted) log.error({ task: name, err: error }, "a sync task failed");
        })
        .finally(() => running.delete(task));
      running.add(task);
    },
    async stop() {
      abort.abort();
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** Waits, or returns at once when the signal aborts. Tells which: `false` means aborted. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener("abort", onAbort);
      resolve(true);
    });
    const onAbort = (): void => {
      timer.cancel();
      resolve(false);
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

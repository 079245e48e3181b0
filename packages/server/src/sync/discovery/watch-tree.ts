import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Clock, Timer } from "#kernel";

interface WatchTree {
  readonly directory: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called once a burst of changes has been quiet for 150 ms. */
  readonly onChange: () => void;
  /** Some part of the tree cannot be watched: changes there go unseen. Called once at most. */
  readonly onError: (error: unknown) => void;
}

/** Changes that come closer together than this are one. */
const QUIET_MS = 150;
/** Each watched folder takes one of a number that the system limits for all of a user's processes. */
const FOLDERS_MAX = 4000;

/** Folders of what is built, installed or stored, none of it written by hand. Those that begin with a dot go too. */
const OTHER_FOLDERS: ReadonlySet<string> = new Set([
  "node_modules",
  "dist",
  "build",
  "out",
  "coverage",
  "target",
  "vendor",
  "venv",
  "__pycache__",
]);

/** What code is written in. Data and logs that an app writes while it runs must not count. */
const SOURCE = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx|py|go)$/;

/**
 * Watches the source files in a folder and below it until the signal aborts, then settles.
 *
 * Each folder is watched by itself. Node's own recursive watch takes a watch for every single file on Linux, walks the
 * whole tree in one go before anything else runs, and has no bound.
 */
export async function watchTree({ directory, clock, signal, onChange, onError }: WatchTree): Promise<void> {
  const watchers = new Map<string, FSWatcher>();
  let quiet: Timer | null = null;
  let hasComplained = false;

  const changed = (): void => {
    quiet?.cancel();
    quiet = clock.after(QUIET_MS, onChange);
  };
  const complain = (error: unknown): void => {
    // What vanishes while it is looked at is a change like any other, and its parent has told of it.
    if (signal.aborted || hasComplained || isGone(error)) return;
    hasComplained = true;
    onError(error);
  };
  const forget = (folder: string): void => {
    for (const [path, watcher] of watchers) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher.close();
      watchers.delete(path);
    }
  };
  const heard = (folder: string, event: string, name: string | null): void => {
    // Without a name it may have been anything.
    if (name === null || (SOURCE.test(name) && !name.startsWith("."))) return changed();
    if (event !== "rename" || !isWatchedFolder(name)) return;
    const path = join(folder, name);
    forget(path);
    // A folder that was moved here brings files that nobody will tell of.
    void lstat(path).then((stat) => (stat.isDirectory() ? (changed(), add(path)) : undefined), complain);
  };
  const add = async (folder: string): Promise<void> => {
    if (signal.aborted || watchers.has(folder)) return;
    if (watchers.size >= FOLDERS_MAX)
      return complain(new Error(`Cannot watch more than ${FOLDERS_MAX} folders.`));
    try {
      // The process must be able to end while it watches.
      const watcher = watch(folder, { persistent: false }, (event, name) => heard(folder, event, name));
      watcher.on("error", (error) => {
        forget(folder);
        complain(error);
      });
      watchers.set(folder, watcher);
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (entry.isDirectory() && isWatchedFolder(entry.name)) await add(join(folder, entry.name));
      }
    } catch (error) {
      forget(folder);
      complain(error);
    }
  };

  await add(directory);
  if (!signal.aborted) {
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  }
  cancel(quiet);
  for (const watcher of watchers.values()) watcher.close();
}

function isWatchedFolder(name: string): boolean {
  return !name.startsWith(".") && !OTHER_FOLDERS.has(name);
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** The compiler cannot see that a callback has set the timer. */
function cancel(timer: Timer | null): void {
  timer?.cancel();
}

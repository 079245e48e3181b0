import type { RunningServer } from "@holdfast/server";
import { EXIT } from "./exit-codes.ts";
import type { Report } from "./report.ts";
import type { World } from "./world.ts";
import { elapsed } from "./elapsed.ts";

/** One press of Ctrl+C may arrive twice: from the terminal, and from npm, which passes it on. */
const SAME_PRESS_MS = 400;

/** What a shell reports for a process that a signal ended: 128 and the signal's number. */
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Keeps a server until a signal comes, then drains it. A second signal ends the process at once; so does a drain that
 * fails, with code 1, since what is on disk needs no drain.
 */
export async function serveUntilSignal(
  server: RunningServer,
  {
    world,
    report,
    graceMs,
    onStop,
  }: {
    readonly world: World;
    readonly report: Report;
    readonly graceMs: number;
    readonly onStop?: () => void;
  },
): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  world.onSignal((signal) => {
    const now = performance.now();
    firstAt ??= now;
    if (now - firstAt > SAME_PRESS_MS) world.exit(SIGNAL_CODES[signal]);
    resolve();
  });
  await promise;
  if (!report.json && !report.quiet) {
    world.stderr.write(
      `  stopping: calls under way have ${elapsed(graceMs)} to end. Again to stop at once.\n`,
    );
  }
  onStop?.();
  await server.stop(graceMs);
  return EXIT.done;
}

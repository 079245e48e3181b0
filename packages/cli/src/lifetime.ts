import type { RunningServer } from "@holdfast/server";
import { EXIT } from "./exit-codes.ts";
import type { Report } from "./report.ts";
import type { World } from "./world.ts";
import { elapsed } from "./elapsed.ts";

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
  let signals = 0;
  world.onSignal((signal) => {
    signals++;
    if (signals > 1) world.exit(SIGNAL_CODES[signal]);
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

import { isCallable } from "./app-url.ts";
import { followLocalApps } from "./local-apps.ts";
import { pause } from "./task-group.ts";
import type { UpkeepDeps } from "./upkeep-deps.ts";

const BACKOFF_MIN_MS = 1000;
const BACKOFF_MAX_MS = 30_000;
/** Handshakes made at once by one round of polling. */
const POLL_WIDTH = 8;

/** Failures that asking again does not cure. */
const HOPELESS = new Set(["config_invalid", "unsupported_protocol"]);

/** Starts everything that syncs apps without being asked to. It ends with the task group. */
export function keepInSync(deps: UpkeepDeps): void {
  const { tasks, urls, pollIntervalMs, serverKind } = deps;
  // What listens is looked at before anybody is asked, so that a restart right after the answer is seen as one.
  const firstLook = serverKind === "dev" ? followLocalApps(deps) : Promise.resolve();
  for (const url of urls)
    tasks.run("sync given app", (signal) => firstLook.then(() => pursue(deps, url, signal)));
  if (pollIntervalMs !== null) tasks.run("poll apps", (signal) => poll(deps, pollIntervalMs, signal));
}

/**
 * Asks an app until it has registered. In development an app that answered with a refusal is not asked again: its next
 * start or change is noticed by other means, and repeated requests are the noise a developer sees.
 */
async function pursue(
  { sync, clock, random, serverKind }: UpkeepDeps,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    const outcome = await sync(url);
    if (outcome.ok || HOPELESS.has(outcome.code)) return;
    if (serverKind === "dev" && outcome.code !== "unreachable") return;
    if (!(await pause(clock, backoffMs(attempt, random.fraction()), signal))) return;
  }
}

/** 1 s, doubling up to 30 s, up to a tenth shorter so that many apps do not ask in step. */
export function backoffMs(attempt: number, fraction: number): number {
  const fullMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(attempt, 16));
  return Math.round(fullMs * (1 - fraction / 10));
}

/** Asks every known app again and again, at a fixed pause between rounds. */
async function poll(
  { sync, clock, registry }: UpkeepDeps,
  intervalMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (await pause(clock, intervalMs, signal)) {
    const waiting = registry.apps().flatMap(({ url }) => (isCallable(url) ? [url] : []));
    const work = async (): Promise<void> => {
      for (let url = waiting.pop(); url !== undefined && !signal.aborted; url = waiting.pop())
        await sync(url);
    };
    await Promise.all(Array.from({ length: Math.min(POLL_WIDTH, waiting.length) }, work));
  }
}

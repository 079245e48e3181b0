import { comparableUrl, isCallable, localPort } from "./app-url.ts";
import { candidatePorts, isWorthAsking } from "./discovery/candidates.ts";
import { openListenerView } from "./discovery/listener-view.ts";
import { compareListeners } from "./discovery/listeners.ts";
import type { Listeners } from "./discovery/listeners.ts";
import { probePort } from "./discovery/probe.ts";
import { watchTree } from "./discovery/watch-tree.ts";
import type { SyncOutcome } from "./contract.ts";
import { mayPass } from "./put-answer.ts";
import { pause } from "./task-group.ts";
import type { UpkeepDeps } from "./upkeep-deps.ts";

/** When the tries of a burst are made, counted from the one before: a hot reload takes its time. */
const BURST_PAUSES_MS = [0, 500, 1500, 3000];
/** A port may be closed this long before its app counts as gone: a restart closes it for a moment. */
const RESTART_MS = 3000;
/** Pauses before a port that accepted a connection but did not answer is asked again: it may be compiling. */
const PROBE_PAUSES_MS = [0, 2000, 5000];

/**
 * Notices, without polling any app, that apps on this machine appear, restart or change (development only).
 *
 * Three signs lead to a request, and nothing else does. A socket begins to listen: where a known app was, that app is
 * synced; elsewhere the port is asked once whether it is an app (`discovery`). The source tree changes: known apps are
 * asked a few times over the next seconds, until one says it is different. A socket stops listening and none takes its
 * place: the app is reported as gone, without a request.
 *
 * The promise settles once the listening sockets were looked at for the first time.
 */
export function followLocalApps(deps: UpkeepDeps): Promise<void> {
  const { sync, tasks, announcer, egress, registry, clock, log, discovery, ownPort } = deps;
  /** Addresses found by asking ports. They stay, so that an app that refused is asked again when it restarts. */
  const found = new Set<string>();
  /** The burst under way for an address; a new one takes its place. */
  const bursts = new Map<string, AbortController>();

  /** Addresses on this machine that are, or may become, apps: port by port. */
  const knownUrls = (): ReadonlyMap<number, readonly string[]> => {
    const urls = [...registry.apps().map((app) => app.url), ...deps.urls.map(withScheme), ...found];
    const byPort = new Map<number, string[]>();
    const seen = new Set<string>();
    for (const url of urls) {
      const port = isCallable(url) ? localPort(url) : null;
      const same = comparableUrl(url);
      if (port === null || seen.has(same)) continue;
      seen.add(same);
      byPort.set(port, [...(byPort.get(port) ?? []), url]);
    }
    return byPort;
  };

  /** Syncs until the outcome will do, at most four times. */
  const burst = (url: string, isEnough: (outcome: SyncOutcome) => boolean): void => {
    bursts.get(url)?.abort();
    const own = new AbortController();
    bursts.set(url, own);
    tasks.run("sync local app", async (signal) => {
      const either = AbortSignal.any([own.signal, signal]);
      for (const [index, pauseMs] of BURST_PAUSES_MS.entries()) {
        if (!(await pause(clock, pauseMs, either))) return;
        const isTransient = index < BURST_PAUSES_MS.length - 1;
        if (isEnough(await sync(url, { isTransient }))) return;
      }
    });
  };

  const ask = async (port: number, signal: AbortSignal): Promise<void> => {
    for (const pauseMs of PROBE_PAUSES_MS) {
      if (!(await pause(clock, pauseMs, signal))) return;
      const answer = await probePort(egress, port, signal);
      if (answer.kind === "other") return;
      if (answer.kind === "silent") continue;
      found.add(answer.url);
      if (answer.mode === "cloud") {
        const message = `The app at ${answer.url} runs in production mode: set INNGEST_DEV=1 for it to work with a development server.`;
        announcer.refused(answer.url, { code: "unauthorized", message });
        return;
      }
      burst(answer.url, isSettled);
      return;
    }
  };

  const firstLook = Promise.withResolvers<void>();
  const watchListeners = async (signal: AbortSignal): Promise<void> => {
    const view = openListenerView();
    const closedSince = new Map<number, number>();
    const given = new Set(deps.urls.map(withScheme).map(comparableUrl));
    let previous: Listeners | null = null;
    let lastChangeAt = clock.monotonic();
    do {
      const known = knownUrls();
      const current = await view.read(new Set([...candidatePorts(), ...known.keys()]));
      if (signal.aborted) return;
      const { opened, closed } = compareListeners(previous, current);
      const isFirst = previous === null;
      for (const port of opened) {
        const urls = known.get(port);
        closedSince.delete(port);
        if (urls === undefined) {
          const listener = current.get(port);
          if (
            discovery &&
            port !== ownPort() &&
            listener !== undefined &&
            isWorthAsking(port, listener, { isFirst })
          ) {
            tasks.run("ask port", (own) => ask(port, own));
          }
          continue;
        }
        // What was given is being asked already in the first round.
        for (const url of urls) if (!isFirst || !given.has(comparableUrl(url))) burst(url, isSettled);
      }
      for (const port of closed) if (known.has(port)) closedSince.set(port, clock.monotonic());
      for (const [port, since] of closedSince) {
        if (clock.monotonic() - since < RESTART_MS) continue;
        closedSince.delete(port);
        for (const app of registry.apps()) {
          if (localPort(app.url) !== port) continue;
          announcer.lost(app.url, app.name);
          await registry.noteError(app.name, "unreachable: Nothing listens there any more.");
        }
      }
      announcer.look();
      if (opened.length + closed.length > 0) lastChangeAt = clock.monotonic();
      previous = current;
      firstLook.resolve();
    } while (await pause(clock, view.pauseMs(clock.monotonic() - lastChangeAt), signal));
  };
  tasks.run("watch listening sockets", (signal) =>
    // Without a first look, for whatever reason, nobody must wait for it.
    watchListeners(signal).finally(() => firstLook.resolve()),
  );

  tasks.run("watch source tree", (signal) =>
    watchTree({
      directory: deps.directory ?? process.cwd(),
      clock,
      signal,
      onChange() {
        for (const urls of knownUrls().values()) {
          for (const url of urls) burst(url, (outcome) => outcome.ok && outcome.modified);
        }
      },
      onError(error) {
        log.warn(
          { err: error },
          "cannot watch the source tree: changes of apps are noticed when they restart",
        );
      },
    }),
  );
  return firstLook.promise;
}

/** An app that refuses for a reason of its own will refuse again. */
function isSettled(outcome: SyncOutcome): boolean {
  return outcome.ok || !mayPass(outcome.code);
}

function withScheme(url: string): string {
  return url.includes("://") ? url : `http://${url}`;
}

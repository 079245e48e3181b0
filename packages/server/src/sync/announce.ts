import type { Log } from "#kernel";
import type { Registry } from "#registry";
import { shownUrl } from "./app-url.ts";
import type { AppChange, SyncOutcome } from "./contract.ts";

/** Says once what became of an app, however often it is looked at. */
export interface Announcer {
  /** A handshake has ended. */
  synced(url: string, outcome: SyncOutcome): void;
  /** Looks for apps that registered by themselves. */
  look(): void;
  /** Something answers at the URL, but nothing can come of a handshake. */
  refused(url: string, reason: NonNullable<AppChange["reason"]>): void;
  /** Nothing listens any more where the app was. */
  lost(url: string, appName: string | null): void;
}

/** Codes of failures in which nobody answered. */
const UNANSWERED = new Set(["unreachable"]);

interface Deps {
  readonly registry: Registry;
  readonly log: Log;
  readonly onChange?: (change: AppChange) => void;
}

/** An announcer to a listener, or to the log when there is none. */
export function createAnnouncer({ registry, log, onChange }: Deps): Announcer {
  /** Checksums last told of, or known to the store before anybody was asked: no news until they change or answer. */
  const remembered = new Map(registry.apps().map((app) => [app.name, app.checksum]));
  const announced = new Map<string, string>();
  const complaints = new Map<string, string>();

  const tell = (change: AppChange): void => {
    const { kind, url, appName, functionCount, sdk, reason } = change;
    const facts = {
      app: appName,
      url: shownUrl(url),
      ...(reason === null ? { functionCount, sdk } : reason),
    };
    const sentence = `app ${kind}`;
    // A listener shows it to the reader of the same terminal that the log goes to.
    if (onChange !== undefined) log.debug(facts, sentence);
    else if (reason === null) log.info(facts, sentence);
    else log.warn(facts, sentence);
    onChange?.(change);
  };

  const tellOfApp = (name: string): void => {
    const app = registry.app(name);
    if (app === null || announced.get(name) === app.checksum) return;
    const kind = announced.has(name) ? "changed" : "found";
    announced.set(name, app.checksum);
    remembered.set(name, app.checksum);
    const functionCount = registry.functions().filter((one) => one.appId === app.id && !one.archived).length;
    tell({
      kind,
      url: app.url,
      appName: name,
      functionCount,
      sdk: app.sdk,
      framework: app.framework,
      reason: null,
    });
  };

  const complain = (
    kind: "unreachable" | "refused",
    url: string,
    appName: string | null,
    reason: NonNullable<AppChange["reason"]>,
  ): void => {
    const complaint = `${reason.code}: ${reason.message}`;
    if (complaints.get(url) === complaint) return;
    complaints.set(url, complaint);
    // When it comes back, that is news.
    if (appName !== null) announced.delete(appName);
    const app = appName === null ? null : registry.app(appName);
    tell({
      kind,
      url,
      appName,
      functionCount: 0,
      sdk: app?.sdk ?? null,
      framework: app?.framework ?? null,
      reason,
    });
  };

  return {
    synced(url, outcome) {
      if (outcome.ok) {
        complaints.delete(url);
        if (outcome.appName !== null) tellOfApp(outcome.appName);
        return;
      }
      const { code, message } = outcome;
      const appName = registry.apps().find((app) => app.url === url)?.name ?? null;
      complain(UNANSWERED.has(code) ? "unreachable" : "refused", url, appName, { code, message });
    },
    look() {
      for (const app of registry.apps()) {
        const isNews = announced.has(app.name) || remembered.get(app.name) !== app.checksum;
        if (isNews) tellOfApp(app.name);
      }
    },
    refused: (url, reason) => complain("refused", url, null, reason),
    lost(url, appName) {
      const message = `Nothing listens at ${shownUrl(url)} any more.`;
      complain("unreachable", url, appName, { code: "unreachable", message });
    },
  };
}

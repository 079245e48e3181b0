import type { AppRecord, FunctionRecord } from "#store";
import type { FunctionDefinition, Trigger } from "./contract.ts";

/** What `registration.ts` wrote into `FunctionRecord.config`. */
interface Config {
  readonly path: string;
  readonly retries: number;
  readonly triggers: readonly Trigger[];
}

/** A stored function, ready to be used. Its calls go to where its app is now: an app that moved takes its functions along. */
export function functionDefinition(record: FunctionRecord, app: AppRecord | undefined): FunctionDefinition {
  // Written by this room, from a registration that was checked.
  const config = JSON.parse(record.config) as Config;
  return {
    id: record.id,
    appId: record.appId,
    appName: app?.name ?? "",
    slug: record.slug,
    name: record.name,
    version: record.version,
    url: app === undefined ? config.path : new URL(config.path, app.url).href,
    attemptsMax: config.retries + 1,
    triggers: config.triggers,
    archived: record.archivedAt !== null,
  };
}

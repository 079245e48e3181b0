import type { AppRecord, FunctionRecord } from "#store";
import type { CompiledConfig } from "./compiled-config.ts";
import type { FunctionDefinition } from "./contract.ts";

/** A stored function, ready to be used. Its calls go to where its app is now: an app that moved takes its functions along. */
export function functionDefinition(
  record: FunctionRecord,
  app: AppRecord | undefined,
  compiled: CompiledConfig,
): FunctionDefinition {
  const { path, retries, timeouts } = compiled.configuration;
  return {
    id: record.id,
    appId: record.appId,
    appName: app?.name ?? "",
    slug: record.slug,
    name: record.name,
    version: record.version,
    url: app === undefined ? path : new URL(path, app.url).href,
    attemptsMax: retries + 1,
    triggers: compiled.triggers,
    crons: compiled.crons,
    flowControl: compiled.flowControl,
    cancels: compiled.cancels,
    startTimeoutMs: timeouts?.startMs ?? null,
    finishTimeoutMs: timeouts?.finishMs ?? null,
    configuration: compiled.configuration,
    signatures: app?.signatures ?? null,
    archived: record.archivedAt !== null,
  };
}

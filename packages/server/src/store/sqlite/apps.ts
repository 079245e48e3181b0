import type { AppId, FunctionId } from "@holdfast/protocol";
import type { AppRecord, FunctionRecord } from "../records.ts";
import type { AppStore } from "../contract.ts";
import type { StoreAccess } from "./access.ts";
import { withAudit } from "./audited.ts";
import { encodeNoteError, encodeRegister, encodeRemoveApp } from "./register.ts";
import { prepare } from "./statement.ts";

type AppRow = readonly [
  id: AppId,
  environment: AppRecord["environment"],
  name: string,
  url: string,
  checksum: string,
  sdk: string | null,
  framework: string | null,
  appVersion: string | null,
  signatures: AppRecord["signatures"],
  syncedAt: number,
  error: string | null,
];

type FunctionRow = readonly [
  id: FunctionId,
  appId: AppId,
  environment: FunctionRecord["environment"],
  slug: string,
  name: string,
  version: number,
  config: string,
  limits: string | null,
  archivedAt: number | null,
];

export function createAppStore(access: StoreAccess): AppStore {
  const apps = prepare<AppRow>(
    access.db,
    `SELECT apps.id, symbols.text, name, url, checksum, sdk, framework, app_version, signatures, synced_at,
            error
     FROM apps JOIN symbols ON symbols.num = apps.environment ORDER BY symbols.text, name`,
  );
  const functions = prepare<FunctionRow>(
    access.db,
    `SELECT functions.id, app_id, symbols.text, slug, name, version, config, limits, archived_at
     FROM functions JOIN symbols ON symbols.num = functions.environment ORDER BY symbols.text, slug, functions.id`,
  );
  return {
    register: async (registered, audit) =>
      (await access.act(() => withAudit(encodeRegister(registered), audit))) === 1,
    async noteError(environment, name, error) {
      await access.act(() => encodeNoteError(environment, name, error));
    },
    remove: async (environment, name, now, audit) =>
      (await access.act(() => withAudit(encodeRemoveApp(environment, name, now), audit))) === 1,
    apps: () => access.read(() => apps.all().map(toApp)),
    functions: () => access.read(() => functions.all().map(toFunction)),
  };
}

function toApp(row: AppRow): AppRecord {
  const [id, environment, name, url, checksum, sdk, framework, appVersion, signatures, syncedAt, error] = row;
  return { id, environment, name, url, checksum, sdk, framework, appVersion, signatures, syncedAt, error };
}

function toFunction(row: FunctionRow): FunctionRecord {
  const [id, appId, environment, slug, name, version, config, column, archivedAt] = row;
  // The column is only ever written by `register`.
  const limits = column === null ? {} : (JSON.parse(column) as Record<string, number>);
  return { id, appId, environment, slug, name, version, config, limits, archivedAt };
}

import { X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { HoldfastError } from "@holdfast/protocol";
import { checkStoreFile, readTlsFiles, SERVER_DEFAULTS } from "@holdfast/server";
import type { ServerOptions } from "@holdfast/server";
import type { Invocation } from "../command.ts";
import { readProjectFile } from "../settings/project-file.ts";
import { resolveSettings } from "../settings/resolve.ts";
import { serverSettings } from "../settings/server-settings.ts";
import { SETTINGS, settingsOf } from "../settings/table.ts";
import { textOption } from "../text-option.ts";
import type { FileFacts, SecretPath } from "./files.ts";
import type { MachineFacts } from "./machine.ts";
import type { CertificateFacts, SettingsFacts } from "./settings.ts";
import type { StoreFacts } from "./store.ts";

export function lookAtMachine(
  { world }: Invocation,
  dataDir: string,
  clockAheadMs: number | null,
): MachineFacts {
  return {
    nodeVersion: process.version,
    env: world.env,
    freeBytes: freeBytes(dataDir, world.cwd),
    clockAheadMs,
  };
}

function freeBytes(dataDir: string, cwd: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(existsSync(dataDir) ? dataDir : cwd);
    return bavail * bsize;
  } catch {
    // Not every file system says so.
    return null;
  }
}

/** The settings of a production server, from where they would come, and its certificate. */
export function lookAtSettings(
  { options, world }: Invocation,
  now: number,
): { readonly facts: SettingsFacts; readonly certificate: CertificateFacts } {
  try {
    const file = readProjectFile({
      cwd: world.cwd,
      path: textOption(options, "config") ?? null,
      known: SETTINGS.flatMap(({ aliases = [], name }) => [name, ...aliases]),
      // What a server would say of it at its start.
      notice: () => undefined,
    });
    const resolution = resolveSettings(settingsOf("start"), { flags: options, env: world.env, file });
    const settings = serverSettings("start", resolution, SERVER_DEFAULTS, false);
    return { facts: { settings, resolution }, certificate: certificateOf(settings.options.tls, now) };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { facts: { fault: error.message }, certificate: null };
  }
}

function certificateOf(tls: ServerOptions["tls"], now: number): CertificateFacts {
  if (tls === undefined) return null;
  try {
    readTlsFiles(tls, now);
    const { subjectAltName = "", validTo } = new X509Certificate(readFileSync(tls.certificate));
    const names = [...subjectAltName.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name = ""]) => name);
    return { validTo: Date.parse(validTo), names };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { fault: error.message };
  }
}

/** The data folder that a server started here would have. */
export function lookAtFiles({ options, world }: Invocation): FileFacts {
  const named = textOption(options, "data-dir") ?? world.env["HOLDFAST_DATA_DIR"];
  const dataDir = resolve(world.cwd, named ?? "holdfast-data");
  if (!existsSync(dataDir)) return { dataDir, exists: false, secrets: [], hasMasterKey: false };
  const paths = [dataDir, join(dataDir, "keys"), ...filesIn(join(dataDir, "keys")), ...dataFiles(dataDir)];
  return {
    dataDir,
    exists: true,
    secrets: paths.flatMap(secretPath),
    hasMasterKey: existsSync(join(dataDir, "keys", "master-key")),
  };
}

/** Windows has no such bits. */
function secretPath(path: string): readonly SecretPath[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || process.platform === "win32") return [];
  return [{ path, isFolder: stat.isDirectory(), mode: stat.mode & 0o777 }];
}

/** Whether the data files of a folder are whole. */
export function lookAtStores(dataDir: string): readonly StoreFacts[] | "in use" {
  const stores: StoreFacts[] = [];
  for (const path of dataFiles(dataDir)) {
    const check = checkStoreFile(path);
    if (check === "in use") return check;
    stores.push({ path, fault: check === "whole" ? null : check.fault });
  }
  return stores;
}

function dataFiles(dataDir: string): readonly string[] {
  const environments = join(dataDir, "environments");
  const folders = existsSync(environments)
    ? readdirSync(environments).map((name) => join(environments, name))
    : [];
  return [dataDir, join(dataDir, "installation"), ...folders]
    .map((folder) => join(folder, "holdfast.db"))
    .filter((path) => existsSync(path));
}

function filesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

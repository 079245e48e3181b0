import { X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { HoldfastError } from "@holdfast/protocol";
import { checkStoreFile, readTlsFiles, SERVER_DEFAULTS } from "@holdfast/server";
import type { ServerOptions } from "@holdfast/server";
import type { Invocation } from "../command.ts";
import { lookUpSettings } from "../settings/load.ts";
import { serverSettings } from "../settings/server-settings.ts";
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
  invocation: Invocation,
  now: number,
): { readonly facts: SettingsFacts; readonly certificate: CertificateFacts; readonly dataDir: string } {
  const { options, world } = invocation;
  let dataDir = textOption(options, "data-dir") ?? world.env["HOLDFAST_DATA_DIR"] ?? DATA_DIR;
  try {
    // What a server would say of them at its start is not said here.
    const resolution = lookUpSettings("start", invocation, () => undefined);
    const named = resolution.settings.get("data-dir")?.value;
    if (typeof named === "string") dataDir = named;
    const settings = serverSettings("start", resolution, SERVER_DEFAULTS, false);
    const certificate = certificateOf(settings.options.tls, now);
    return { facts: { settings, resolution }, certificate, dataDir: resolve(world.cwd, dataDir) };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { facts: { fault: error.message }, certificate: null, dataDir: resolve(world.cwd, dataDir) };
  }
}

/** Where a server keeps its data when nothing else is said. */
const DATA_DIR = "holdfast-data";

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

/** What of a data folder others may read. */
export function lookAtFiles(dataDir: string, keyFiles: readonly string[]): FileFacts {
  const named = keyFiles.flatMap(secretPath);
  if (!existsSync(dataDir)) return { dataDir, exists: false, secrets: [], named, hasMasterKey: false };
  const paths = [
    dataDir,
    join(dataDir, "keys"),
    ...filesIn(join(dataDir, "keys")),
    ...dataFiles(dataDir).flatMap(withLogs),
  ];
  return {
    dataDir,
    exists: true,
    secrets: paths.flatMap(secretPath),
    named,
    hasMasterKey: existsSync(join(dataDir, "keys", "master-key")),
  };
}

/** Files of keys that the settings name, wherever they are. */
export function keyFilesOf(facts: SettingsFacts, cwd: string): readonly string[] {
  if ("fault" in facts) return [];
  const { options } = facts.settings;
  const listed = ["signing-key-file", "event-key-file", "operator-token-file", "master-key-file"].flatMap(
    (name) => facts.resolution.settings.get(name)?.value ?? [],
  );
  return [options.tls?.key, options.egressCertificate?.key, ...listed]
    .filter((path) => typeof path === "string")
    .map((path) => resolve(cwd, path));
}

/** Windows has no such bits. */
function secretPath(path: string): readonly SecretPath[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || process.platform === "win32") return [];
  return [{ path, isFolder: stat.isDirectory(), mode: stat.mode & 0o777, owner: stat.uid }];
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

/** What lies beside a data file while it is open has the newest of it. */
function withLogs(path: string): readonly string[] {
  return [path, `${path}-wal`, `${path}-shm`];
}

function filesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

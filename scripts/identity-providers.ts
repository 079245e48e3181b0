/**
 * `npm run providers`: gets the identity providers that some tests sign in at, which nobody here wrote: SimpleSAMLphp, one of
 * Debian's packages, and Keycloak, from Maven Central, into a cache beside the installed packages. Only for those tests: without
 * them they are skipped, and say so.
 */
import "./require-node.js";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import {
  javaMissing,
  KEYCLOAK_FOLDER,
  KEYCLOAK_VERSION,
  keycloakMissing,
} from "../test/identity-providers/keycloak-installed.ts";
import {
  SIMPLESAMLPHP_PACKAGES,
  simpleSamlPhpMissing,
} from "../test/identity-providers/simplesamlphp-installed.ts";
import { fetchArchive } from "./providers/fetch-archive.ts";
import { run } from "./providers/run.ts";

const ARCHIVE = `https://repo.maven.apache.org/maven2/org/keycloak/keycloak-quarkus-dist/${KEYCLOAK_VERSION}/keycloak-quarkus-dist-${KEYCLOAK_VERSION}.zip`;
/** Changes with the version. */
const SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f";
const ARCHIVE_BYTES_MAX = 500 * 1024 * 1024;
const MINUTE_MS = 60_000;

const failures: string[] = [];
for (const install of [installSimpleSamlPhp, installKeycloak]) {
  try {
    console.log(await install());
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  }
}
for (const failure of failures) console.error(failure);
process.exitCode = failures.length === 0 ? 0 : 1;

async function installSimpleSamlPhp(): Promise<string> {
  if (simpleSamlPhpMissing() === null) return "SimpleSAMLphp: there already";
  installPackages("SimpleSAMLphp", SIMPLESAMLPHP_PACKAGES);
  const missing = simpleSamlPhpMissing();
  if (missing !== null) throw new Error(`${missing} installed it, and that did not help`);
  return "SimpleSAMLphp: installed";
}

async function installKeycloak(): Promise<string> {
  if (keycloakMissing() === null) return "Keycloak: there already";
  if (!isCommand("unzip")) installPackages("Keycloak", ["unzip"]);
  if (javaMissing() !== null) installPackages("Keycloak", ["default-jre-headless"]);
  if (!existsSync(join(KEYCLOAK_FOLDER, "bin/kc.sh"))) await unpackKeycloak();
  const missing = keycloakMissing();
  if (missing !== null) throw new Error(missing);
  return "Keycloak: installed";
}

async function unpackKeycloak(): Promise<void> {
  const limits = { sha256: SHA256, withinMs: 10 * MINUTE_MS, bytesMax: ARCHIVE_BYTES_MAX };
  const bytes = await fetchArchive(ARCHIVE, limits);
  const unpacking = `${KEYCLOAK_FOLDER}.new`;
  rmSync(unpacking, { recursive: true, force: true });
  mkdirSync(unpacking, { recursive: true });
  try {
    writeFileSync(join(unpacking, "keycloak.zip"), bytes);
    run("unzip", ["-q", "keycloak.zip"], 5 * MINUTE_MS, { cwd: unpacking });
    const unpacked = join(unpacking, `keycloak-${KEYCLOAK_VERSION}`);
    // Half a minute that each start would take otherwise.
    run("bash", [join(unpacked, "bin/kc.sh"), "build", "--db=dev-file"], 5 * MINUTE_MS);
    renameSync(unpacked, KEYCLOAK_FOLDER);
  } finally {
    rmSync(unpacking, { recursive: true, force: true });
  }
}

/** Installs Debian's packages. @throws Error that says by which command, where this process may not */
function installPackages(what: string, packages: readonly string[]): void {
  if (!isCommand("apt-get") || process.getuid?.() !== 0)
    throw new Error(
      `${what}: it takes packages that only root installs: apt-get install ${packages.join(" ")}`,
    );
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-qq"], 5 * MINUTE_MS, { env });
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], 10 * MINUTE_MS, { env });
}

function isCommand(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
}

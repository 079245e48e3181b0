/**
 * `npm run providers`: gets the identity providers that some tests sign in at, which nobody here wrote: SimpleSAMLphp, one of
 * Debian's packages, and Keycloak, from Maven Central, into a cache beside the installed packages. Only for those tests: without
 * them they are skipped, and say so.
 */
import "./require-node.js";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KEYCLOAK_FOLDER, KEYCLOAK_VERSION } from "../test/identity-providers/keycloak-folder.ts";

const ARCHIVE = `https://repo.maven.apache.org/maven2/org/keycloak/keycloak-quarkus-dist/${KEYCLOAK_VERSION}/keycloak-quarkus-dist-${KEYCLOAK_VERSION}.zip`;
const SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f";
const PACKAGES = ["simplesamlphp", "php-cli", "php-xml", "unzip"];

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
  if (existsSync("/usr/share/simplesamlphp/www")) return "SimpleSAMLphp: there already";
  if (process.getuid?.() !== 0)
    throw new Error(
      `SimpleSAMLphp: installing Debian's packages takes root: apt-get install ${PACKAGES.join(" ")}`,
    );
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  execFileSync("apt-get", ["update", "-qq"], { stdio: "ignore", env: environment });
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...PACKAGES], {
    stdio: "ignore",
    env: environment,
  });
  return "SimpleSAMLphp: installed";
}

async function installKeycloak(): Promise<string> {
  if (existsSync(join(KEYCLOAK_FOLDER, "bin/kc.sh"))) return "Keycloak: there already";
  const answer = await fetch(ARCHIVE);
  if (!answer.ok) throw new Error(`Keycloak: ${ARCHIVE} answered ${answer.status}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (digest !== SHA256) throw new Error(`Keycloak: the archive is another one: its SHA-256 is ${digest}`);
  const unpacking = `${KEYCLOAK_FOLDER}.new`;
  rmSync(unpacking, { recursive: true, force: true });
  mkdirSync(unpacking, { recursive: true });
  writeFileSync(join(unpacking, "keycloak.zip"), bytes);
  execFileSync("unzip", ["-q", "keycloak.zip"], { cwd: unpacking, stdio: "ignore" });
  const unpacked = join(unpacking, `keycloak-${KEYCLOAK_VERSION}`);
  // Half a minute that each start would take otherwise.
  execFileSync("bash", [join(unpacked, "bin/kc.sh"), "build", "--db=dev-file"], { stdio: "ignore" });
  renameSync(unpacked, KEYCLOAK_FOLDER);
  rmSync(unpacking, { recursive: true, force: true });
  return "Keycloak: installed";
}

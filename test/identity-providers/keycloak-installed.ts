import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

export const KEYCLOAK_VERSION = "26.7.3";

/** Where it is unpacked: beside the installed packages, so that a clean install begins without it. */
export const KEYCLOAK_FOLDER = join(
  import.meta.dirname,
  `../../node_modules/.cache/identity-providers/keycloak-${KEYCLOAK_VERSION}`,
);

const JAVA_MIN = 17;

/** Why Keycloak cannot be started here; null: it can. */
export function keycloakMissing(): string | null {
  if (!existsSync(join(KEYCLOAK_FOLDER, "bin/kc.sh"))) return "Keycloak is not installed: npm run providers";
  return javaMissing();
}

/** Why there is no Java for it; null: there is. */
export function javaMissing(): string | null {
  const { error, stderr } = spawnSync("java", ["-version"], { encoding: "utf8", timeout: 30_000 });
  if (error !== undefined)
    return `Keycloak needs Java ${JAVA_MIN} or newer, and there is none (apt-get install default-jre-headless)`;
  const version = javaVersion(stderr);
  if (version !== null && version >= JAVA_MIN) return null;
  return `Keycloak needs Java ${JAVA_MIN} or newer, and the one here is ${version ?? "of no version that it says"}`;
}

/** The version in what `java -version` says; null: it says none. Pure. */
export function javaVersion(said: string): number | null {
  // Before 9 it was called 1.8.
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(said) ?? [];
  if (first === undefined) return null;
  return Number(first === "1" && second !== undefined ? second : first);
}

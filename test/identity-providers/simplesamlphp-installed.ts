import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

export const SIMPLESAMLPHP_FOLDER = "/usr/share/simplesamlphp";
export const PHP = "/usr/bin/php";

/** Debian's packages that it takes. */
export const SIMPLESAMLPHP_PACKAGES = ["simplesamlphp", "php-cli", "php-xml"] as const;

/** Why SimpleSAMLphp cannot be started here; null: it can. It is one of Debian's packages. */
export function simpleSamlPhpMissing(): string | null {
  const whatIsMissing = (what: string): string => `SimpleSAMLphp ${what}: npm run providers`;
  if (!existsSync(join(SIMPLESAMLPHP_FOLDER, "www"))) return whatIsMissing("is not installed");
  if (!existsSync(PHP)) return whatIsMissing("needs PHP, which is not installed");
  const { status } = spawnSync(PHP, ["-r", 'exit(extension_loaded("dom") ? 0 : 1);'], { timeout: 30_000 });
  return status === 0 ? null : whatIsMissing("needs PHP with its XML");
}

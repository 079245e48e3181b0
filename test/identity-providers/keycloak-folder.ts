import { join } from "node:path";

export const KEYCLOAK_VERSION = "26.7.3";

/** Where it is unpacked: beside the installed packages, so that a clean install begins without it. */
export const KEYCLOAK_FOLDER = join(
  import.meta.dirname,
  `../../node_modules/.cache/identity-providers/keycloak-${KEYCLOAK_VERSION}`,
);

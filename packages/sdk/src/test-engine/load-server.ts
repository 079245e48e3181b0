import { HoldfastError } from "@holdfast/protocol";
import type { ServerModule } from "./server-port.ts";

/** Not written out where it is imported: a bundler would want to find it, and an app does not have it. */
const SERVER = ["@holdfast/server", "testing"].join("/");

/**
 * Loads the server that runs inside tests.
 *
 * @param load imports a module by its name
 * @throws HoldfastError `dependency_missing` when it is not installed; whatever it throws itself when it does not start.
 */
export async function loadServer(
  load: (specifier: string) => Promise<unknown> = (specifier) => import(specifier),
): Promise<ServerModule> {
  let loaded: unknown;
  try {
    loaded = await load(SERVER);
  } catch (error) {
    // Only what is said about the package itself: one of its own dependencies may be the one that is missing.
    if (!isNotFound(error)) throw error;
    throw new HoldfastError(
      "dependency_missing",
      "Cannot start the test engine: it runs the real server, and the package @holdfast/server is not installed.",
      { next: "Install it for development: npm i -D @holdfast/server", cause: error },
    );
  }
  if (typeof loaded !== "object" || loaded === null || !("createInProcessServer" in loaded)) {
    throw new HoldfastError(
      "dependency_missing",
      "Cannot start the test engine: the installed @holdfast/server has no server for tests.",
      { next: "Install the version of @holdfast/server that this package was made for." },
    );
  }
  // Its shape is held against this interface by a test.
  return loaded as ServerModule;
}

function isNotFound(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  const isMissing =
    code === "ERR_MODULE_NOT_FOUND" ||
    code === "MODULE_NOT_FOUND" ||
    code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
  return isMissing && error.message.includes("@holdfast/server");
}

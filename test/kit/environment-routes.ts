import { createApi } from "../../packages/server/src/api/api.ts";
import type { ApiContext } from "../../packages/server/src/api/api.ts";

/**
 * Every route of an environment's API in production that its signing key opens, as `<method> <path> <permission, or ->`. What is
 * found under `/api/v2` too is listed once.
 */
export async function environmentRoutes(): Promise<readonly string[]> {
  const routes: string[] = [];
  const nothing = new Proxy({}, { get: () => () => null });
  const context = new Proxy(
    {
      mode: "production",
      ids: { request: () => "1" },
      machineClock: { now: () => 0, monotonic: () => 0, after: () => ({ cancel() {} }) },
    },
    // Time cannot be moved in production, where there is no such clock.
    { get: (known, name) => (name === "virtualTime" ? null : (Reflect.get(known, name) ?? nothing)) },
  );
  // Routes are only listed; nobody asks them anything.
  await createApi(context as unknown as ApiContext, (route) => routes.push(route)).ready();
  return routes
    .filter((route) => / signing-key /.test(route) && !route.includes(" /api/v2/"))
    .map((route) => route.replace(" signing-key ", " "));
}

import type { IdentityContext } from "../../packages/server/src/api/identity/context.ts";
import { createIdentityApi } from "../../packages/server/src/api/identity/identity-api.ts";
import type { ScimContext } from "../../packages/server/src/api/scim/context.ts";
import { createScimApi } from "../../packages/server/src/api/scim/scim-api.ts";

/** A house in which everything is there and nothing is done. */
function emptyHouse(): unknown {
  const nothing: unknown = new Proxy(() => null, { get: () => nothing });
  return new Proxy(
    {
      mode: "production",
      ids: { request: () => "1" },
      machineClock: { now: () => 0, monotonic: () => 0, after: () => ({ cancel() {} }) },
    },
    { get: (known, name) => Reflect.get(known, name) ?? nothing },
  );
}

/** Every route for people and their providers, as `<method> <path> <who may ask>`. Nobody asks them anything. */
export async function peopleRoutes(): Promise<readonly string[]> {
  const routes: string[] = [];
  await createIdentityApi(emptyHouse() as IdentityContext, (route) => routes.push(route)).ready();
  return routes;
}

/** Every route for directories. */
export async function directoryRoutes(): Promise<readonly string[]> {
  const routes: string[] = [];
  await createScimApi(emptyHouse() as ScimContext, (route) => routes.push(route)).ready();
  return routes;
}

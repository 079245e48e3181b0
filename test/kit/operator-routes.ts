import { createAdministrationApi } from "../../packages/server/src/api/api.ts";
import type { AdministrationContext } from "../../packages/server/src/api/api.ts";

/** Every route of the operators' API, as `<method> <path> <permission> <act of the audit log, or ->`. */
export async function operatorRoutes(): Promise<readonly string[]> {
  const routes: string[] = [];
  const nothing = new Proxy({}, { get: () => () => null });
  const context = new Proxy(
    {
      mode: "production",
      ids: { request: () => "1" },
      machineClock: { now: () => 0, monotonic: () => 0, after: () => ({ cancel() {} }) },
    },
    { get: (known, name) => Reflect.get(known, name) ?? nothing },
  );
  // Routes are only listed; nobody asks them anything.
  await createAdministrationApi(context as unknown as AdministrationContext, (route) =>
    routes.push(route),
  ).ready();
  return routes;
}

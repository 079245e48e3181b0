import { accountRoutes } from "./account-routes.ts";
import { auditRoutes } from "./audit-routes.ts";
import { machineRoutes } from "./machine-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { ssoRoutes } from "./sso-routes.ts";
import type { World } from "./world.ts";
import { signedIn } from "./world.ts";

export function createWorld(): World {
  const world: World = {
    origin: "",
    session: signedIn(),
    isStale: false,
    challenge: null,
    alteredEntry: null,
    hasConnections: true,
    factors: { password: true, totp: false, passkeys: 1, recovery_codes_left: 10 },
    routes: [],
  };
  const routes = [
    ...accountRoutes(world),
    ...peopleRoutes(world),
    ...ssoRoutes(world),
    ...machineRoutes(),
    ...auditRoutes(world),
  ];
  return Object.assign(world, { routes });
}

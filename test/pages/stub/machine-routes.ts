import type { Route } from "./world.ts";
export function machineRoutes(): readonly Route[] {
  return [];
}

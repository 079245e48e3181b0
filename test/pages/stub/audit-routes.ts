import type { Route } from "./world.ts";
export function auditRoutes(): readonly Route[] {
  return [];
}

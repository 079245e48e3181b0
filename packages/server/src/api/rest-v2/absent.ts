import type { FastifyInstance, HTTPMethods } from "fastify";
import { HoldfastError } from "@holdfast/protocol";
import { missingField } from "./errors.ts";
import { v2Route } from "./route.ts";

/** Routes of v2 that belong to a hosted product, or to what Holdfast does not do (wire-protocol section 20). */
const ABSENT: readonly (readonly [method: HTTPMethods, path: string])[] = [
  ["POST", "/envs"],
  ["PATCH", "/envs/:id"],
  ["GET", "/partner/accounts"],
  ["POST", "/partner/accounts"],
  ["POST", "/runs/:runId/scores"],
  ["POST", "/apps/:appId/syncs"],
  ["GET", "/insights/tables"],
  ["GET", "/insights/events/schemas"],
  ["POST", "/insights/query"],
  ["POST", "/insights/query/prompt"],
  ["GET", "/experiments"],
  ["GET", "/apps/:appId/functions/:functionId/experiments"],
  ["GET", "/apps/:appId/functions/:functionId/experiments/:experimentId"],
  ["GET", "/sessions"],
  ["GET", "/sessions/:key"],
  ["GET", "/sessions/:key/:id/runs"],
];

/** Families of routes: whatever is below them. */
const FAMILIES = ["/sandboxes", "/snapshots"] as const;
const METHODS: readonly HTTPMethods[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Answers 501 for what is known and not there, so that a caller can tell it from a mistake in the path. */
export function absentV2(app: FastifyInstance): void {
  const refuse = (): never => {
    throw new HoldfastError("not_implemented", "This version of Holdfast does not have this.");
  };
  for (const [method, url] of ABSENT) app.route({ ...v2Route(null), method, url, handler: refuse });
  for (const family of FAMILIES) {
    for (const method of METHODS) {
      app.route({ ...v2Route(null), method, url: family, handler: refuse });
      app.route({ ...v2Route(null), method, url: `${family}/*`, handler: refuse });
    }
  }
  for (const method of ["GET", "POST"] as const) {
    app.route({
      ...v2Route(null),
      method,
      url: "/env/webhooks",
      handler: (request) => {
        if (request.headers["x-inngest-env"] === undefined) throw missingField("X-Inngest-Env");
        return refuse();
      },
    });
  }
}

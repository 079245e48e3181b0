import type { FastifyInstance, HTTPMethods } from "fastify";
import { ScimError } from "#scim";
import { notFound } from "./answer.ts";
import { READING } from "./route.ts";

const METHODS: readonly HTTPMethods[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * What SCIM knows and this server does not do, as its configuration says (RFC 7644, 3.7 and 3.11); and whatever else is asked for
 * below a connection, of which only its own directory learns that it is not there.
 */
export function absentRoutes(app: FastifyInstance): void {
  const refuse = (): never => {
    throw new ScimError(
      501,
      null,
      "This server does not do this. Its ServiceProviderConfig says what it does.",
    );
  };
  const deny = (): never => {
    throw notFound();
  };
  for (const method of METHODS) {
    for (const url of ["/:connection/Bulk", "/:connection/Me"])
      app.route({ ...READING, method, url, handler: refuse });
  }
  for (const method of [...METHODS, "HEAD", "OPTIONS"]) {
    for (const url of ["/:connection", "/:connection/*"])
      app.route({ ...READING, method, url, handler: deny });
  }
}

import type { FastifyInstance, HTTPMethods } from "fastify";
import { ScimError } from "#scim";
import { notFound } from "./answer.ts";
import { READING } from "./route.ts";

const METHODS: readonly HTTPMethods[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Requests that SCIM knows and this server does not answer: several changes, oneself, and queries in a body. */
const NOT_DONE = [
  "/:connection/Bulk",
  "/:connection/Me",
  "/:connection/.search",
  "/:connection/Users/.search",
  "/:connection/Groups/.search",
];

/** What there is, and by which methods: any other is answered 405 (RFC 9110, 15.5.6). */
const KNOWN: readonly (readonly [url: string, allowed: readonly HTTPMethods[]])[] = [
  ["/ServiceProviderConfig", ["GET"]],
  ["/ResourceTypes", ["GET"]],
  ["/ResourceTypes/:id", ["GET"]],
  ["/Schemas", ["GET"]],
  ["/Schemas/:id", ["GET"]],
  ["/Users", ["GET", "POST"]],
  ["/Users/:id", ["GET", "PUT", "PATCH", "DELETE"]],
  ["/Groups", ["GET", "POST"]],
  ["/Groups/:id", ["GET", "PUT", "PATCH", "DELETE"]],
];

/**
 * What SCIM knows and this server does not do, as its configuration says (RFC 7644, 3.4.3, 3.7 and 3.11); and whatever else is asked for
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
    for (const url of NOT_DONE) app.route({ ...READING, method, url, handler: refuse });
  }
  for (const [url, allowed] of KNOWN) {
    for (const method of METHODS.filter((each) => !allowed.includes(each)))
      app.route({
        ...READING,
        method,
        url: `/:connection${url}`,
        handler: (_request, reply) => {
          void reply.header("allow", allowed.join(", "));
          throw new ScimError(405, null, `This takes ${allowed.join(", ")} and nothing else.`);
        },
      });
  }
  for (const method of [...METHODS, "HEAD", "OPTIONS"]) {
    for (const url of ["/:connection", "/:connection/*"])
      app.route({ ...READING, method, url, handler: deny });
  }
}

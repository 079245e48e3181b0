import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Representation } from "#scim";
import { resourceType, resourceTypes, schema, schemas, ScimError, serviceProviderConfig } from "#scim";
import { notFound, send } from "./answer.ts";
import type { ScimContext } from "./context.ts";
import { baseOf, READING } from "./route.ts";

type OfDocument = FastifyRequest<{
  Params: { connection: string; id?: string };
  Querystring: { filter?: unknown };
}>;

/** What directories ask before anything else: what this server does, and of what (RFC 7644, 4). */
export function discoveryRoutes(app: FastifyInstance, context: ScimContext): void {
  const documents: Readonly<Record<string, (base: string, id: string) => Representation | null>> = {
    "/ServiceProviderConfig": serviceProviderConfig,
    "/ResourceTypes": resourceTypes,
    "/ResourceTypes/:id": (base, id) => resourceType(id, base),
    "/Schemas": schemas,
    "/Schemas/:id": (base, id) => schema(id, base),
  };
  for (const [path, document] of Object.entries(documents)) {
    app.get(`/:connection${path}`, READING, async (request: OfDocument, reply): Promise<FastifyReply> => {
      if (request.query.filter !== undefined)
        throw new ScimError(403, null, "These documents cannot be filtered.");
      const found = document(baseOf(request, context), request.params.id ?? "");
      if (found === null) throw notFound();
      return send(reply, found);
    });
  }
}

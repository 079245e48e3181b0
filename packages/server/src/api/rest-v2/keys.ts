import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { enveloped } from "./message.ts";
import { limitField } from "./query.ts";
import type { Fields } from "./query.ts";
import { v2Route } from "./route.ts";

/**
 * `GET /keys/events`, `GET /keys/signing`: an empty list where there are no keys. A server that has some shows them to
 * nobody, whatever key is asked with.
 */
export function keysV2(app: FastifyInstance, { clock, keys }: ApiContext): void {
  for (const kind of ["events", "signing"]) {
    app.get<{ Querystring: Fields }>(`/keys/${kind}`, v2Route("keys.read"), (request) => {
      const limit = limitField(request.query, { usual: 20, max: 100 });
      if (keys.signed)
        throw new HoldfastError("not_implemented", "A Holdfast server does not give its keys away.");
      return enveloped(clock.now(), [], { cursor: null, hasMore: false, limit });
    });
  }
}

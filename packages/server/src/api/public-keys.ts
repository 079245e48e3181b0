import type { FastifyInstance } from "fastify";
import type { ApiContext } from "./context.ts";

/**
 * `GET /.well-known/holdfast-keys.json`: the public keys by which apps recognise this server's calls, the one that signs
 * first. Anybody may know them; whoever must be sure that they are this server's reads them from its command instead.
 */
export function publicKeyRoutes(app: FastifyInstance, { keys }: ApiContext): void {
  app.get("/.well-known/holdfast-keys.json", { config: { access: "open" } }, () => ({
    keys: keys.v2?.publicKeys ?? [],
  }));
}

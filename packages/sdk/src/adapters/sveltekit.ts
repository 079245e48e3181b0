import { serveAs } from "./fetch.ts";
import type { AdapterOptions } from "./options.ts";
import type { MethodRoutes } from "./method-routes.ts";
import { methodRoutes } from "./method-routes.ts";

/**
 * Serves functions from a server route of SvelteKit.
 *
 * @example
 * ```ts
 * // src/routes/api/inngest/+server.ts
 * export const { GET, POST, PUT } = serve({ client, functions: [ship] });
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(options: AdapterOptions): MethodRoutes<{ readonly request: Request }> {
  const respond = serveAs("sveltekit", options);
  return methodRoutes(({ request }) => respond(request));
}

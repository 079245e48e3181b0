import { serveAs } from "./fetch.ts";
import type { AdapterOptions } from "./options.ts";
import type { MethodRoutes } from "./method-routes.ts";
import { methodRoutes } from "./method-routes.ts";

/**
 * Serves functions from an endpoint of Astro.
 *
 * @example
 * ```ts
 * // src/pages/api/inngest.ts
 * export const prerender = false;
 * export const { GET, POST, PUT } = serve({ client, functions: [ship] });
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(options: AdapterOptions): MethodRoutes<{ readonly request: Request }> {
  const respond = serveAs("astro", options);
  return methodRoutes(({ request }) => respond(request));
}

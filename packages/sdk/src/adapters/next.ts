import type { ServerResponse } from "node:http";
import { createHandler } from "../serve/create-handler.ts";
import { serveAs } from "./fetch.ts";
import type { MethodRoutes } from "./method-routes.ts";
import { methodRoutes } from "./method-routes.ts";
import type { NodeRequest } from "./node-body.ts";
import { exchange } from "./node-exchange.ts";
import type { AdapterOptions } from "./options.ts";

/**
 * Serves functions from a route handler of Next.js' app router. An app with a `basePath` sets `servePath`.
 *
 * @example
 * ```ts
 * // app/api/inngest/route.ts
 * export const { GET, POST, PUT } = serve({ client, functions: [ship] });
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(options: AdapterOptions): MethodRoutes<Request> {
  return methodRoutes(serveAs("nextjs", options));
}

/**
 * Serves functions from an API route of Next.js' pages router. The body is best left alone, as in the example.
 *
 * @example
 * ```ts
 * // pages/api/inngest.ts
 * export const config = { api: { bodyParser: false } };
 * export default servePages({ client, functions: [ship] });
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function servePages(
  options: AdapterOptions,
): (request: NodeRequest, response: ServerResponse) => Promise<void> {
  const handler = createHandler(options, "nextjs");
  return (request, response) => exchange(handler, request, response, options);
}

import { createHandler } from "../serve/create-handler.ts";
import type { AdapterOptions } from "./options.ts";
import { fromWebRequest, toWebResponse } from "./web-exchange.ts";

/**
 * Serves functions wherever a handler takes a `Request` and gives a `Response`: edge runtimes, Bun, Deno, and every
 * framework that is built on them.
 *
 * @example
 * ```ts
 * Bun.serve({ port: 3000, fetch: serve({ client, functions: [ship] }) });
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(options: AdapterOptions): (request: Request) => Promise<Response> {
  return serveAs("fetch", options);
}

/** The same under a framework's name. */
export function serveAs(framework: string, options: AdapterOptions): (request: Request) => Promise<Response> {
  const handler = createHandler(options, framework);
  return async (request) => toWebResponse(await handler(fromWebRequest(request, options)));
}

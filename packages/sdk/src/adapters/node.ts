import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createHandler } from "../serve/create-handler.ts";
import { exchange } from "./node-exchange.ts";
import type { AdapterOptions } from "./options.ts";

/**
 * Serves functions from a server of `node:http`, at whatever path its requests come.
 *
 * @example
 * ```ts
 * createServer(serve({ client, functions: [ship] })).listen(3000);
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(options: AdapterOptions): RequestListener {
  const handler = createHandler(options, "nodejs");
  return (request: IncomingMessage, response: ServerResponse) => {
    void exchange(handler, request, response, options);
  };
}

/** A server that does nothing but serve the functions. It does not listen yet. */
export function createServer(options: AdapterOptions): Server {
  return createHttpServer(serve(options));
}

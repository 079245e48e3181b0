import type { ServerResponse } from "node:http";
import { createHandler } from "../serve/create-handler.ts";
import type { NodeRequest } from "./node-body.ts";
import { exchange } from "./node-exchange.ts";
import type { AdapterOptions } from "./options.ts";

/**
 * Serves functions from an app of Express, version 4 or 5, or of Connect. Best before any body parser: then the signature
 * is verified over the bytes that came. After `express.json()` they are written again from what it made of them.
 *
 * @example
 * ```ts
 * app.use("/api/inngest", serve({ client, functions: [ship] }));
 * app.use(express.json());
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(options: AdapterOptions): (request: NodeRequest, response: ServerResponse) => void {
  const handler = createHandler(options, "express");
  return (request, response) => {
    void exchange(handler, request, response, options);
  };
}

import type { ServerResponse } from "node:http";
import type { Handler } from "../serve/contract.ts";
import { createHandler } from "../serve/create-handler.ts";
import type { NodeRequest } from "./node-body.ts";
import { exchange } from "./node-exchange.ts";
import type { AdapterOptions } from "./options.ts";
import { fromWebRequest, toWebResponse } from "./web-exchange.ts";

/** What is used of an event of h3: version 2 has a web request, version 1, which Nuxt 3 has, one of Node's. */
export interface H3Event {
  readonly req?: unknown;
  readonly node?: { readonly req: unknown; readonly res?: unknown } | undefined;
}

/**
 * Serves functions from h3, Nitro or Nuxt.
 *
 * @example
 * ```ts
 * // server/api/inngest.ts
 * export default defineEventHandler(serve({ client, functions: [ship] }));
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(options: AdapterOptions): (event: H3Event) => Promise<Response | undefined> {
  const handler = createHandler(options, "h3");
  return (event) => respond(handler, event, options);
}

async function respond(
  handler: Handler,
  event: H3Event,
  options: AdapterOptions,
): Promise<Response | undefined> {
  if (isWebRequest(event.req)) return toWebResponse(await handler(fromWebRequest(event.req, options)));
  // What an event of version 1 holds; it knows by the response that it was answered.
  await exchange(handler, event.node?.req as NodeRequest, event.node?.res as ServerResponse, options);
  return undefined;
}

function isWebRequest(value: unknown): value is Request {
  return (
    typeof value === "object" &&
    value !== null &&
    "headers" in value &&
    typeof (value.headers as { get?: unknown } | null)?.get === "function"
  );
}

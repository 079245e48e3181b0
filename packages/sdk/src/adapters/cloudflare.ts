import { serveAs } from "./fetch.ts";
import type { AdapterOptions } from "./options.ts";

/** The arguments of a Pages function, in one object. */
export interface PagesContext<Env> {
  readonly request: Request;
  readonly env: Env;
}

/**
 * Serves functions from Cloudflare Workers and Pages. Variables come with each request there, so the client is made from
 * them: the function that makes it is called once for each environment.
 *
 * @example
 * ```ts
 * const fetch = serve((env: Env) => {
 *   const client = new Holdfast({ id: "shop", variables: env });
 *   return { client, functions: [ship(client)] };
 * });
 * export default { fetch };              // a worker
 * export const onRequest = fetch;        // a function of Pages
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served; what `make` throws.
 */
export function serve<Env extends object>(
  options: AdapterOptions | ((env: Env) => AdapterOptions),
): (request: Request | PagesContext<Env>, env?: Env) => Promise<Response> {
  if (typeof options !== "function") {
    const respond = serveAs("cloudflare", options);
    return (request) => respond("env" in request ? request.request : request);
  }
  const made = new WeakMap<object, (request: Request) => Promise<Response>>();
  return async (request, env) => {
    const variables = "env" in request ? request.env : env;
    if (variables === undefined)
      throw new TypeError("The platform called the handler without its environment.");
    let respond = made.get(variables);
    if (respond === undefined) {
      respond = serveAs("cloudflare", options(variables));
      made.set(variables, respond);
    }
    return respond("env" in request ? request.request : request);
  };
}

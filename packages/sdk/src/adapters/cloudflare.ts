import { consoleLogger } from "../logging/console-logger.ts";
import { UNAUTHORIZED } from "../serve/refusal.ts";
import { serveAs } from "./fetch.ts";
import type { AdapterOptions } from "./options.ts";
import { toWebResponse } from "./web-exchange.ts";

/** The arguments of a Pages function, in one object. */
export interface PagesContext<Env> {
  readonly request: Request;
  readonly env: Env;
}

type Respond = (request: Request) => Promise<Response>;

/**
 * Serves functions from Cloudflare Workers and Pages. Variables come with each request there, so the client is made from
 * them: the function that makes it is called once for each environment. What it makes and cannot be served is refused, with
 * the reason in the log.
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
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve<Env extends object>(
  options: AdapterOptions | ((env: Env) => AdapterOptions),
): (request: Request | PagesContext<Env>, env?: Env) => Promise<Response> {
  const respondIn = typeof options === "function" ? perEnvironment(options) : always(options);
  return async (given, env) => {
    const [request, variables] = "env" in given ? [given.request, given.env] : [given, env];
    try {
      return await respondIn(variables)(request);
    } catch (error) {
      // There is no client, and so no logger of its own. Whoever asked learns nothing of it.
      consoleLogger().error("Cannot serve the functions.", error);
      return toWebResponse(UNAUTHORIZED);
    }
  };
}

function always(options: AdapterOptions): () => Respond {
  const respond = serveAs("cloudflare", options);
  return () => respond;
}

function perEnvironment<Env extends object>(
  make: (env: Env) => AdapterOptions,
): (env: Env | undefined) => Respond {
  const made = new WeakMap<object, Respond>();
  return (env) => {
    if (env === undefined) throw new TypeError("The handler was called without an environment.");
    const known = made.get(env);
    if (known !== undefined) return known;
    const respond = serveAs("cloudflare", make(env));
    made.set(env, respond);
    return respond;
  };
}

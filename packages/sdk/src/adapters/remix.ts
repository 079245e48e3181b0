import { serveAs } from "./fetch.ts";
import type { AdapterOptions } from "./options.ts";

/** A route of Remix or React Router: `loader` answers GET, `action` everything else. */
export interface Routes {
  readonly loader: (args: { readonly request: Request }) => Promise<Response>;
  readonly action: (args: { readonly request: Request }) => Promise<Response>;
}

/**
 * Serves functions from a resource route of Remix or React Router.
 *
 * @example
 * ```ts
 * // app/routes/api.inngest.ts
 * export const { loader, action } = serve({ client, functions: [ship] });
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(options: AdapterOptions): Routes {
  const respond = serveAs("remix", options);
  return { loader: ({ request }) => respond(request), action: ({ request }) => respond(request) };
}

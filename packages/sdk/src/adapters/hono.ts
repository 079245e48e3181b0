import { createHandler } from "../serve/create-handler.ts";
import type { AdapterOptions } from "./options.ts";
import { tooLarge } from "./web-body.ts";
import { fromWebRequest, toWebResponse } from "./web-exchange.ts";

/** What is used of Hono's context. */
export interface HonoContext {
  readonly req: {
    readonly raw: Request;
    arrayBuffer(): Promise<ArrayBuffer>;
  };
}

/**
 * Serves functions from a route of Hono. On platforms that hand their variables in with each request, use the adapter of
 * the platform.
 *
 * @example
 * ```ts
 * app.all("/api/inngest", serve({ client, functions: [ship] }));
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(options: AdapterOptions): (context: HonoContext) => Promise<Response> {
  const handler = createHandler(options, "hono");
  return async ({ req }) => {
    const { trustProxy } = options;
    // A middleware may have read the body; Hono keeps what was read.
    const kept = async (bytesMax: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(await req.arrayBuffer());
      if (bytes.length > bytesMax) throw tooLarge(bytesMax);
      return bytes;
    };
    const request = fromWebRequest(req.raw, { trustProxy, ...(req.raw.bodyUsed ? { body: kept } : {}) });
    return toWebResponse(await handler(request));
  };
}

/** The app as a worker at the edge, by `holdfast/cloudflare`: its variables come with each request. */
import { serve } from "holdfast/cloudflare";
import type { Face } from "../respond.ts";
import { respond } from "../respond.ts";
import type { Trust, Variables } from "../shop.ts";
import { shopOf } from "../shop.ts";

const handlers = {
  shared: serve((env: Variables) => shopOf(env, "shared")),
  public: serve((env: Variables) => shopOf(env, "public")),
};

// A worker is its module's default export.
// oxlint-disable-next-line import/no-default-export
export default {
  fetch: async (request: Request, env: Variables): Promise<Response> =>
    respond(request, (trust: Trust): Face => ({
      shop: shopOf(env, trust),
      serve: async (each) => handlers[trust](each, env),
    })),
};

import { serve } from "holdfast/fetch";
import { respond } from "./respond.ts";
import type { Face } from "./respond.ts";
import type { Trust, Variables } from "./shop.ts";
import { shopOf } from "./shop.ts";

/** The whole app as one handler, on platforms with an environment at the start. */
export function fetchHandler(variables: Variables): (request: Request) => Promise<Response> {
  const faceOf = (trust: Trust): Face => {
    const shop = shopOf(variables, trust);
    return { shop, serve: serve(shop) };
  };
  const faces = { shared: faceOf("shared"), public: faceOf("public") };
  return async (request) => respond(request, (trust) => faces[trust]);
}

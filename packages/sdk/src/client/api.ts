import type { World } from "../platform/contract.ts";
import type { RequestSigner } from "../signatures/contract.ts";
import type { Api, ApiAnswer } from "./contract.ts";
import { untilAnswered } from "./repeat.ts";

/**
 * The server's API, spoken with an app's key: the first one, and after a 401 or 403 the fallback. `headers` go with every
 * request.
 */
export function createApi(deps: {
  /** Without a slash at the end. */
  readonly apiOrigin: string;
  readonly signer: RequestSigner;
  readonly world: World;
  readonly headers: Readonly<Record<string, string>>;
}): Api {
  return {
    async request({ method, path, body, isRepeatable, headers }): Promise<ApiAnswer> {
      const url = deps.apiOrigin + path;
      const send = async (signal: AbortSignal, key: 0 | 1): Promise<Response | null> => {
        const signed = await deps.signer.headers({ method, url, body: body ?? "" }, key);
        if (signed === null && key === 1) return null;
        return deps.world.fetch(url, {
          method,
          headers: {
            ...(body === null ? {} : { "content-type": "application/json" }),
            ...deps.headers,
            ...headers,
            ...signed,
          },
          body,
          signal,
          // A signed request is for the address it was signed for.
          redirect: "manual",
        });
      };
      return untilAnswered(deps.world, {
        what: `${method} ${path.replace(/\?.*$/, "")}`,
        isRepeatable,
        async send(signal) {
          // With the first key something is always sent, signed or not.
          const first = (await send(signal, 0)) as Response;
          if (first.status !== 401 && first.status !== 403) return first;
          const second = await send(signal, 1);
          if (second === null) return first;
          // Read to its end, so that the connection is free again.
          await first.text();
          return second;
        },
      });
    },
  };
}

import type { World } from "../platform/contract.ts";
import type { RequestSigner } from "../signatures/contract.ts";
import type { Api, ApiAnswer } from "./contract.ts";
import type { RawAnswer } from "./repeat.ts";
import { rawAnswer, untilAnswered } from "./repeat.ts";

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
      const send = async (signal: AbortSignal, key: 0 | 1): Promise<RawAnswer | null> => {
        const signed = await deps.signer.headers({ method, url, body: body ?? "" }, key);
        if (signed === null) return null;
        const response = await deps.world.fetch(url, {
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
        return checked(deps.signer, signed, await rawAnswer(response));
      };
      return untilAnswered(deps.world, {
        what: `${method} ${path.replace(/\?.*$/, "")}`,
        isRepeatable,
        async send(signal) {
          // With the first key something is always sent, signed or not.
          const first = (await send(signal, 0)) as RawAnswer;
          if (first.status !== 401 && first.status !== 403) return first;
          return (await send(signal, 1)) ?? first;
        },
      });
    },
  };
}

/** The answer, and whether its signature is good where the signer expects one. */
async function checked(
  signer: RequestSigner,
  sent: Readonly<Record<string, string>>,
  answer: RawAnswer,
): Promise<RawAnswer> {
  const { status, text: body, headers } = answer;
  const verdict = await signer.checkAnswer?.(sent, { status, body, header: (name) => headers.get(name) });
  return verdict === undefined || verdict.ok ? answer : { ...answer, distrust: verdict.reason };
}

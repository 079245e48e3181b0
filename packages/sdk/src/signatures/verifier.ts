import type { SigningKey } from "@holdfast/protocol";
import { verify } from "@holdfast/protocol";
import type { World } from "../platform/contract.ts";
import type { RequestVerifier } from "./contract.ts";

/** Stands in until the room is there: the signature of the official SDKs alone. */
export function createVerifier(deps: {
  readonly keys: readonly SigningKey[];
  readonly world: World;
}): RequestVerifier {
  return {
    async verify(request, body) {
      const verdict = verify(
        request.header("x-inngest-signature"),
        body,
        deps.keys,
        deps.world.now(),
        deps.world.digest,
      );
      if (!verdict.ok) return verdict;
      return { ok: true, scheme: "compat", signAnswer: async () => ({}) };
    },
  };
}

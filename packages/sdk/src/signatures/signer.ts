import type { SigningKey } from "@holdfast/protocol";
import { bearerToken } from "@holdfast/protocol";
import type { World } from "../platform/contract.ts";
import type { RequestSigner } from "./contract.ts";

/** Stands in until the room is there: the bearer token of the official SDKs alone. */
export function createSigner(deps: {
  readonly keys: readonly SigningKey[];
  readonly world: World;
}): RequestSigner {
  return {
    async headers(_request, attempt) {
      const key = deps.keys[attempt];
      return key === undefined ? null : { authorization: `Bearer ${bearerToken(key, deps.world.digest)}` };
    },
  };
}

import type { Asking } from "./asking.ts";
import type { SealingKeyUse } from "./v2-shapes.ts";

/** What can be asked about keys. */
export interface KeyMethods {
  /** The keys that stored values are sealed with. The server reads all it has for the answer. */
  sealingKeys(): Promise<readonly SealingKeyUse[]>;
}

export function keyMethods({ data }: Asking): KeyMethods {
  return {
    sealingKeys: () =>
      data<readonly SealingKeyUse[]>({
        purpose: "list the keys that stored data is sealed with",
        path: "/v2/sealing/keys",
        method: "GET",
      }),
  };
}

import type { Random } from "#kernel";
import type { HashCost } from "./hash-password.ts";
import { HASH_COST, hashPassword, isOutdated, isPassword } from "./hash-password.ts";
import { createLanes } from "./lanes.ts";

export interface PasswordsDeps {
  readonly pepper: Uint8Array;
  readonly random: Random;
  readonly cost?: HashCost;
}

/** Hashing, bounded: so many at once, and the same work whether there is a hash to compare with or not. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** @param hash null: there is none, which takes as long to find out */
  isRight(password: string, hash: string | null): Promise<boolean>;
  isOutdated(hash: string): boolean;
}

/** Hashes in flight take 64 MiB each; Node has four threads for them. */
const LANES = { lanes: 4, waiting: 64 } as const;

export function createPasswords({ cost = HASH_COST, pepper, random }: PasswordsDeps): Passwords {
  const inLane = createLanes(LANES);
  let decoyHash: Promise<string> | null = null;
  /** Made with the first password that is tried, whoever's it is: a server that nobody signs in to makes none. */
  function decoy(): Promise<string> {
    decoyHash ??= inLane(() =>
      hashPassword(Buffer.from(random.bytes(16)).toString("hex"), { cost, pepper, random }),
    );
    return decoyHash;
  }

  return {
    hash: (password) => inLane(() => hashPassword(password, { cost, pepper, random })),
    async isRight(password, hash) {
      const other = await decoy();
      const compared = hash ?? other;
      const isSame = await inLane(() => isPassword(password, compared, pepper));
      return isSame && hash !== null;
    },
    isOutdated: (hash) => isOutdated(hash, cost),
  };
}

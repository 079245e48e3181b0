import type { Digest } from "@holdfast/protocol";
import type { Clock, Random } from "#kernel";
import type { Holder } from "../contract.ts";
import type { Change, Ledger } from "../ledger.ts";
import { makeRecoveryCodes, recoveryHash } from "../recovery-codes.ts";

const COUNT = 2;

/** Two codes with which owners get in by their password while single sign-on is required and broken. */
export interface EmergencyCodes {
  /** New ones, shown once; the ones before are of no use any more. */
  make(by: Holder): Promise<readonly string[]>;
  readonly left: number;
  /** The change that uses a code up, or null: it is none. Within a turn of the ledger. */
  use(code: string): Change | null;
}

export function createEmergencyCodes({
  clock,
  digest,
  ledger,
  random,
}: {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
}): EmergencyCodes {
  return {
    make: (by) =>
      ledger.inTurn(async () => {
        const codes = makeRecoveryCodes(random, COUNT);
        const value = { codes: codes.map((code) => recoveryHash(code, digest)), madeAt: clock.now() };
        await ledger.commit(
          [{ kind: "emergency-codes", id: "codes", value }],
          [
            {
              action: "emergency_codes.made",
              authority: by.authority,
              targets: [{ type: "installation", id: "installation", name: null }],
              result: "success",
              reason: null,
              changes: {},
            },
          ],
        );
        return codes;
      }),
    get left() {
      return ledger.get("emergency-codes", "codes")?.codes.length ?? 0;
    },
    use(code) {
      const known = ledger.get("emergency-codes", "codes");
      const hash = recoveryHash(code, digest);
      const left = known?.codes.filter((each) => !digest.equal(each, hash)) ?? [];
      if (known === null || left.length === known.codes.length) return null;
      return { kind: "emergency-codes", id: "codes", value: { ...known, codes: left } };
    },
  };
}

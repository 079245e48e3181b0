import type { AuditAct, Digest, Grant } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { Clock, Random } from "#kernel";
import type { Begun } from "../contract.ts";
import type { Change, Ledger } from "../ledger.ts";
import type { PasswordRule } from "../passwords/password-rule.ts";
import type { Passwords } from "../passwords/passwords.ts";
import { readAddress } from "../people/address.ts";
import { readPersonName } from "../people/person-name.ts";
import { makeRecoveryCodes, recoveryHash } from "../recovery-codes.ts";
import type { Sessions } from "../sessions/sessions.ts";

/** Somebody who is about to have an account. */
interface Newcomer {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly grants: readonly Grant[];
  readonly managedBy: string | null;
  readonly externalId: string | null;
}

/** How an account with a password begins, whoever let its owner in. */
export interface Arrivals {
  /** Everything that takes time, before the turn. @throws HoldfastError `request_invalid`, `policy_violation` */
  prepare(request: {
    readonly email: string;
    readonly name: string;
    readonly password: string;
  }): Promise<Pick<Newcomer, "id" | "email" | "name" | "passwordHash">>;
  /** The account and its first session in one commit with what let it in. Within a turn. @throws HoldfastError `conflict` */
  arrive(
    newcomer: Newcomer,
    also: readonly Change[],
    act: AuditAct,
  ): Promise<{ readonly begun: Begun; readonly recoveryCodes: readonly string[] }>;
}

const ID_BYTES = 12;

export function createArrivals({
  clock,
  digest,
  ledger,
  passwordRule,
  passwords,
  random,
  sessions,
}: {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly passwordRule: PasswordRule;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
}): Arrivals {
  return {
    async prepare({ email, name, password }) {
      const address = readAddress(email);
      if (address === null) throw new HoldfastError("request_invalid", "email is no e-mail address.");
      const readName = readPersonName(name);
      await passwordRule.check(password, [address.text, readName]);
      return {
        id: Buffer.from(random.bytes(ID_BYTES)).toString("hex"),
        email: address.text,
        name: readName,
        passwordHash: await passwords.hash(password),
      };
    },
    async arrive({ email, externalId, grants, id, managedBy, name, passwordHash }, also, act) {
      if (ledger.all("person").some(([, { email: each }]) => each === email))
        throw new HoldfastError("conflict", "There is an account with this address already.");
      const now = clock.now();
      const recoveryCodes = makeRecoveryCodes(random);
      const person: Change = {
        kind: "person",
        id,
        value: {
          email,
          name,
          grants,
          createdAt: now,
          deactivatedAt: null,
          lastSignedInAt: now,
          isBreakGlass: false,
          managedBy,
          externalId,
        },
      };
      const credentials: Change = {
        kind: "credentials",
        id,
        value: {
          password: { hash: passwordHash, setAt: now },
          totp: null,
          passkeys: [],
          recoveryCodes: recoveryCodes.map((code) => recoveryHash(code, digest)),
        },
      };
      await ledger.commit([person, credentials, ...also], [act]);
      const begun = await sessions.begin(
        {
          person: id,
          method: "password",
          isStrong: false,
          connection: null,
          endsAt: null,
          context: act.authority.context,
          instead: null,
        },
        [],
        [],
      );
      return { begun, recoveryCodes };
    },
  };
}

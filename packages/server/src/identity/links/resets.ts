import type { AuditContext } from "@holdfast/protocol";
import { HoldfastError, isWithinAny } from "@holdfast/protocol";
import type { Clock } from "#kernel";
import type { Holder } from "../contract.ts";
import type { Ledger } from "../ledger.ts";
import { NO_CREDENTIALS } from "../own-account/own-account.ts";
import type { PasswordRule } from "../passwords/password-rule.ts";
import type { Passwords } from "../passwords/passwords.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { userAuthority } from "../user-authority.ts";
import type { Links } from "./links.ts";
import { LINK_MS } from "./links.ts";

/** A new password for somebody who lost the old one: by a link that an administrator hands over. */
export interface Resets {
  /**
   * @param how `isWhole`: whether the second factors go with the password, for somebody who lost them all
   * @throws HoldfastError `not_found`, `forbidden`
   */
  offer(
    by: Holder,
    person: string,
    how: { readonly isWhole: boolean; readonly isMailed: boolean },
  ): Promise<{ readonly token: string; readonly email: string; readonly expiresAt: number }>;
  /** Ends every session of the account. @throws HoldfastError `link_invalid`, `policy_violation` */
  accept(
    request: { readonly token: string; readonly password: string },
    context: AuditContext,
  ): Promise<void>;
}

export function createResets({
  clock,
  ledger,
  links,
  passwordRule,
  passwords,
  sessions,
}: {
  readonly ledger: Ledger;
  readonly links: Links;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly passwordRule: PasswordRule;
  readonly clock: Clock;
}): Resets {
  const offeredTo = (person: string) =>
    links
      .all("reset")
      .filter(({ link }) => link.person === person)
      .map(({ removed }) => removed);
  return {
    offer: (by, person, { isMailed, isWhole }) =>
      ledger.inTurn(async () => {
        const found = ledger.get("person", person);
        if (found === null) throw new HoldfastError("not_found", "There is no such person.");
        // Who sets somebody's password can be that somebody.
        if (!found.grants.every((grant) => isWithinAny(grant, by.grants)))
          throw new HoldfastError(
            "forbidden",
            "Nobody resets the password of somebody who may more than he.",
          );
        const now = clock.now();
        const expiresAt = now + LINK_MS.reset;
        const link = { purpose: "reset", person, isWhole, createdAt: now, expiresAt } as const;
        const { change, token } = links.make(link);
        await ledger.commit(
          [...offeredTo(person), change],
          [
            {
              action: "reset.offered",
              authority: by.authority,
              targets: [{ type: "user", id: person, name: found.email }],
              result: "success",
              reason: isWhole ? "second factors too" : null,
              changes: { by_mail: { from: null, to: isMailed } },
            },
          ],
        );
        return { token, email: found.email, expiresAt };
      }),
    async accept({ password, token }, context) {
      const { link } = links.find(token, "reset");
      const person = ledger.get("person", link.person);
      if (person === null) throw new HoldfastError("link_invalid", "The account of this link is gone.");
      await passwordRule.check(password, [person.email, person.name]);
      const hash = await passwords.hash(password);
      await ledger.inTurn(async () => {
        const { used } = links.find(token, "reset");
        const before = link.isWhole === true ? null : ledger.get("credentials", link.person);
        const credentials = before ?? NO_CREDENTIALS;
        await ledger.commit(
          [
            used,
            {
              kind: "credentials",
              id: link.person,
              value: { ...credentials, password: { hash, setAt: clock.now() } },
            },
            ...sessions.endings((session) => session.person === link.person),
          ],
          [
            {
              action: "password.changed",
              authority: userAuthority({ id: link.person, email: person.email }, context),
              targets: [{ type: "user", id: link.person, name: person.email }],
              result: "success",
              reason: link.isWhole === true ? "reset with second factors" : "reset",
              changes: {},
            },
          ],
        );
      });
    },
  };
}

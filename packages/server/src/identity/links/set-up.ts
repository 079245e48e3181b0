import type { AuditContext, Authority } from "@holdfast/protocol";
import { FULL_GRANT, HoldfastError } from "@holdfast/protocol";
import type { Begun } from "../contract.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Ledger } from "../ledger.ts";
import { userAuthority } from "../user-authority.ts";
import type { Clock } from "#kernel";
import type { Links } from "./links.ts";
import { LINK_MS } from "./links.ts";

/** The first owner: whoever can read what the server prints. There is no other way, and no default password. */
export interface SetUp {
  readonly isDone: boolean;
  /** A new link, and an end to the one before. @throws HoldfastError `conflict` once there are people */
  link(by: Authority): Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** @throws HoldfastError `link_invalid`, `policy_violation`, `request_invalid`, `conflict` */
  complete(
    request: {
      readonly token: string;
      readonly name: string;
      readonly email: string;
      readonly password: string;
    },
    context: AuditContext,
  ): Promise<{ readonly begun: Begun; readonly recoveryCodes: readonly string[] }>;
}

export function createSetUp({
  arrivals,
  clock,
  ledger,
  links,
}: {
  readonly ledger: Ledger;
  readonly links: Links;
  readonly arrivals: Arrivals;
  readonly clock: Clock;
}): SetUp {
  const isDone = (): boolean => ledger.all("person").length > 0;
  const refuseDone = (): void => {
    if (isDone()) throw new HoldfastError("conflict", "This installation has its first owner already.");
  };
  return {
    get isDone() {
      return isDone();
    },
    link: (by) =>
      ledger.inTurn(async () => {
        refuseDone();
        const now = clock.now();
        const expiresAt = now + LINK_MS["set-up"];
        const { change, token } = links.make({ purpose: "set-up", createdAt: now, expiresAt });
        await ledger.commit(
          [...links.all("set-up").map(({ removed }) => removed), change],
          [
            {
              action: "set_up.offered",
              authority: by,
              targets: [{ type: "installation", id: "installation", name: null }],
              result: "success",
              reason: null,
              changes: {},
            },
          ],
        );
        return { token, expiresAt };
      }),
    async complete({ email, name, password, token }, context) {
      refuseDone();
      links.find(token, "set-up");
      const draft = await arrivals.prepare({ email, name, password });
      return ledger.inTurn(async () => {
        refuseDone();
        // Looked for again: of two who come at once one is first.
        const { used } = links.find(token, "set-up");
        const newcomer = { ...draft, grants: [FULL_GRANT], managedBy: null, externalId: null };
        return arrivals.arrive(newcomer, [used], {
          action: "set_up.completed",
          authority: userAuthority({ id: draft.id, email: draft.email }, context),
          targets: [{ type: "user", id: draft.id, name: draft.email }],
          result: "success",
          reason: null,
          changes: { role: { from: null, to: "owner" } },
        });
      });
    },
  };
}

import type { AuditContext, Grant } from "@holdfast/protocol";
import { HoldfastError, isWithinAny } from "@holdfast/protocol";
import type { Clock } from "#kernel";
import type { Begun, Holder } from "../contract.ts";
import type { Ledger } from "../ledger.ts";
import { readAddress } from "../people/address.ts";
import { userAuthority } from "../user-authority.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Links } from "./links.ts";
import { LINK_MS } from "./links.ts";

/** An invitation that nobody took yet. */
export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly grant: Grant;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly invitedBy: string;
}

export interface Invitations {
  list(): readonly Invitation[];
  /** @throws HoldfastError `forbidden`, `conflict`, `request_invalid` */
  invite(
    by: Holder,
    request: { readonly email: string; readonly grant: Grant; readonly isMailed: boolean },
  ): Promise<{
    readonly id: string;
    readonly token: string;
    readonly email: string;
    readonly expiresAt: number;
  }>;
  /** @throws HoldfastError `not_found` */
  revoke(by: Holder, id: string): Promise<void>;
  /** What a link invites to. @throws HoldfastError `link_invalid` */
  look(token: string): Invitation;
  /** @throws HoldfastError `link_invalid`, `policy_violation`, `request_invalid`, `sso_required`, `wrong_account` */
  accept(
    request: {
      readonly token: string;
      readonly name: string;
      readonly password: string;
      readonly isSignedIn: boolean;
    },
    context: AuditContext,
  ): Promise<{ readonly begun: Begun; readonly recoveryCodes: readonly string[] }>;
}

const ID_CHARS = 16;

export function createInvitations({
  arrivals,
  clock,
  isEnforced,
  ledger,
  links,
}: {
  readonly ledger: Ledger;
  readonly links: Links;
  readonly arrivals: Arrivals;
  readonly clock: Clock;
  /** Whether people of this domain sign in by single sign-on alone. */
  readonly isEnforced: (domain: string) => boolean;
}): Invitations {
  const viewOf = ({ id, link }: ReturnType<typeof links.all<"invitation">>[number]): Invitation => ({
    id: id.slice(0, ID_CHARS),
    email: link.email,
    grant: link.grant,
    createdAt: link.createdAt,
    expiresAt: link.expiresAt,
    invitedBy: link.invitedBy,
  });
  const open = () => links.all("invitation").filter(({ link }) => clock.now() < link.expiresAt);

  return {
    list: () => open().map(viewOf),
    invite: (by, { email, grant, isMailed }) =>
      ledger.inTurn(async () => {
        const address = readAddress(email);
        if (address === null) throw new HoldfastError("request_invalid", "email is no e-mail address.");
        if (!isWithinAny(grant, by.grants))
          throw new HoldfastError("forbidden", "Nobody hands on more than he holds.");
        if (ledger.all("person").some(([, each]) => each.email === address.text))
          throw new HoldfastError("conflict", "There is an account with this address already.");
        const now = clock.now();
        const expiresAt = now + LINK_MS.invitation;
        const { change, id, token } = links.make({
          purpose: "invitation",
          email: address.text,
          grant,
          invitedBy: by.authority.actor.id,
          createdAt: now,
          expiresAt,
        });
        // A second one takes the place of the first, and of those that nobody took in time.
        const before = links
          .all("invitation")
          .filter(({ link }) => link.email === address.text || now >= link.expiresAt)
          .map(({ removed }) => removed);
        await ledger.commit(
          [...before, change],
          [
            {
              action: "invitation.created",
              authority: by.authority,
              targets: [{ type: "invitation", id: id.slice(0, ID_CHARS), name: address.text }],
              result: "success",
              reason: null,
              changes: {
                by_mail: { from: null, to: isMailed },
                role: { from: null, to: grant.role },
                environments: { from: null, to: grant.environments },
                payloads: { from: null, to: grant.payloads === true },
              },
            },
          ],
        );
        return { id: id.slice(0, ID_CHARS), email: address.text, token, expiresAt };
      }),
    revoke: (by, id) =>
      ledger.inTurn(async () => {
        const found = open().find((each) => each.id.slice(0, ID_CHARS) === id);
        if (found === undefined) throw new HoldfastError("not_found", "There is no such invitation.");
        if (!isWithinAny(found.link.grant, by.grants))
          throw new HoldfastError("forbidden", "Nobody takes back what he could not have given.");
        await ledger.commit(
          [found.removed],
          [
            {
              action: "invitation.revoked",
              authority: by.authority,
              targets: [{ type: "invitation", id, name: found.link.email }],
              result: "success",
              reason: null,
              changes: {},
            },
          ],
        );
      }),
    look(token) {
      const { id, link, used } = links.find(token, "invitation");
      return viewOf({ id, link, removed: used });
    },
    async accept({ isSignedIn, name, password, token }, context) {
      const { link } = links.find(token, "invitation");
      if (isSignedIn)
        throw new HoldfastError(
          "wrong_account",
          "Somebody is signed in here: this invitation is for a new account.",
        );
      if (isEnforced(readAddress(link.email)?.domain ?? ""))
        throw new HoldfastError("sso_required", "Accounts of this domain begin with single sign-on.");
      const draft = await arrivals.prepare({ email: link.email, name, password });
      return ledger.inTurn(async () => {
        const { used } = links.find(token, "invitation");
        const newcomer = { ...draft, grants: [link.grant], managedBy: null, externalId: null };
        return arrivals.arrive(newcomer, [used], {
          action: "invitation.accepted",
          authority: userAuthority({ id: draft.id, email: draft.email }, context),
          targets: [{ type: "user", id: draft.id, name: draft.email }],
          result: "success",
          reason: null,
          changes: {
            role: { from: null, to: link.grant.role },
            environments: { from: null, to: link.grant.environments },
            payloads: { from: null, to: link.grant.payloads === true },
            invited_by: { from: null, to: link.invitedBy },
          },
        });
      });
    },
  };
}

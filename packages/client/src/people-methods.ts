import type { Reach, Role } from "@holdfast/protocol";
import type { Asking } from "./asking.ts";
import { path } from "./asking.ts";
import type { GrantInfo, OpenSession } from "./session-shapes.ts";

/** Somebody who may sign in. Instants are ISO 8601. */
export interface PersonInfo {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly state: "active" | "deactivated";
  readonly grants: readonly GrantInfo[];
  readonly mfa: boolean;
  /** `password`, `passkey`, `saml:<connection>`, `oidc:<connection>`. */
  readonly sign_in: readonly string[];
  readonly break_glass: boolean;
  /** The connection whose directory decides about this person; null: the people here do. */
  readonly managed_by: string | null;
  readonly created_at: string;
  readonly last_signed_in_at: string | null;
}

export interface PersonDetails extends PersonInfo {
  readonly sessions: readonly OpenSession[];
}

export interface InvitationInfo {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly environments: readonly string[] | null;
  readonly payloads: boolean;
  readonly created_at: string;
  readonly expires_at: string;
}

export interface InvitationToMake {
  readonly email: string;
  readonly role: Role;
  readonly environments?: readonly string[];
  readonly payloads?: boolean;
}

/** A link that is good once. */
export interface OneTimeLink {
  readonly link: string;
  readonly expires_at: string;
}

/** Where a link went that was sent by mail. */
export interface Mailed {
  readonly sent_to: string;
  readonly expires_at: string;
}

/** A row of the table of roles: how far each role goes with a permission. */
export type RoleRow = { readonly permission: string } & Readonly<Record<Role, Reach | null>>;

/** What operators can do with people. */
export interface PeopleMethods {
  people(): Promise<readonly PersonInfo[]>;
  person(id: string): Promise<PersonDetails>;
  setGrants(id: string, grants: readonly GrantInfo[]): Promise<void>;
  deactivatePerson(id: string, reason: string): Promise<void>;
  reactivatePerson(id: string): Promise<void>;
  /** A link for the first owner. Throws with the code `conflict` once there are people. */
  offerSetUp(): Promise<OneTimeLink>;
  /** Ends all of their sessions. */
  signOutPerson(id: string, reason: string): Promise<void>;
  /** Whether they may sign in by a password where single sign-on is required, with one of the codes. */
  setBreakGlass(id: string, isBreakGlass: boolean): Promise<void>;
  /** A link by which they choose a new password. */
  /** @param withFactors whether passkeys, authenticator and recovery codes go, too: for somebody who lost them all */
  resetPerson(id: string, withFactors?: boolean): Promise<OneTimeLink>;
  /** The same link, sent to their address; nobody else sees it. */
  mailReset(id: string, withFactors?: boolean): Promise<Mailed>;
  invitations(): Promise<readonly InvitationInfo[]>;
  invite(invitation: InvitationToMake): Promise<{ readonly id: string } & OneTimeLink>;
  /** The same, sent to the address; nobody else sees the link. */
  mailInvitation(invitation: InvitationToMake): Promise<{ readonly id: string } & Mailed>;
  revokeInvitation(id: string): Promise<void>;
  roles(): Promise<readonly RoleRow[]>;
}

const PEOPLE = "/holdfast/v1/admin/people";
const INVITATIONS = "/holdfast/v1/admin/invitations";

export function peopleMethods({ answer, data }: Asking): PeopleMethods {
  const act = async (purpose: string, where: string, body: unknown = {}): Promise<void> => {
    await answer({ purpose, path: where, method: "POST", body });
  };
  return {
    people: () => data({ purpose: "list people", path: PEOPLE, method: "GET" }),
    person: (id) => data({ purpose: "read the person", path: PEOPLE + path(id), method: "GET" }),
    setGrants: (id, grants) => act("change what the person may do", PEOPLE + path(id, "grants"), { grants }),
    deactivatePerson: (id, reason) =>
      act("deactivate the person", PEOPLE + path(id, "deactivate"), { reason }),
    reactivatePerson: (id) => act("reactivate the person", PEOPLE + path(id, "reactivate")),
    signOutPerson: (id, reason) => act("sign the person out", PEOPLE + path(id, "sign-out"), { reason }),
    setBreakGlass: (id, isBreakGlass) =>
      act("change the break-glass account", PEOPLE + path(id, "break-glass"), { break_glass: isBreakGlass }),
    offerSetUp: () =>
      data({
        purpose: "make a link for the first owner",
        path: "/holdfast/v1/admin/set-up-link",
        method: "POST",
        body: {},
      }),
    resetPerson: (id, withFactors = false) =>
      data({
        purpose: "make a reset link",
        path: PEOPLE + path(id, "reset"),
        method: "POST",
        body: { second_factors: withFactors },
      }),
    invitations: () => data({ purpose: "list invitations", path: INVITATIONS, method: "GET" }),
    mailReset: (id, withFactors = false) =>
      data({
        purpose: "send a reset link",
        path: PEOPLE + path(id, "reset"),
        method: "POST",
        body: { second_factors: withFactors, mail: true },
      }),
    mailInvitation: (invitation) =>
      data({
        purpose: "invite somebody by mail",
        path: INVITATIONS,
        method: "POST",
        body: { ...invitation, mail: true },
      }),
    invite: (invitation) =>
      data({ purpose: "invite somebody", path: INVITATIONS, method: "POST", body: invitation }),
    revokeInvitation: (id) => act("take the invitation back", INVITATIONS + path(id, "revoke")),
    roles: () => data({ purpose: "read the roles", path: "/holdfast/v1/admin/roles", method: "GET" }),
  };
}

import type { Role } from "@holdfast/protocol";
import type { RecoveryCodes } from "./account-methods.ts";
import type { Asking } from "./asking.ts";
import { IDENTITY } from "./session-methods.ts";

/** What an invitation says before it is taken. */
export interface InvitationLook {
  readonly email: string;
  readonly role: Role;
  readonly environments: readonly string[] | null;
  readonly expires_at: string;
  /** Name of the installation. */
  readonly instance: string;
  /** Whether the address signs in at its identity provider, and needs no password here. */
  readonly sso: boolean;
}

/** What opens with a link that is good once: the first person, an invitation, a new password. */
export interface ArrivalMethods {
  setUp(first: {
    readonly token: string;
    readonly name: string;
    readonly email: string;
    readonly password: string;
  }): Promise<RecoveryCodes>;
  lookAtInvitation(token: string): Promise<InvitationLook>;
  acceptInvitation(person: {
    readonly token: string;
    readonly name: string;
    readonly password?: string;
  }): Promise<RecoveryCodes>;
  acceptReset(token: string, password: string): Promise<void>;
}

export function arrivalMethods({ answer, data }: Asking): ArrivalMethods {
  const post = <T>(purpose: string, where: string, body: unknown): Promise<T> =>
    data<T>({ purpose, path: IDENTITY + where, method: "POST", body });
  return {
    setUp: (first) => post("set up the installation", "/set-up", first),
    lookAtInvitation: (token) => post("read the invitation", "/invitations/look", { token }),
    acceptInvitation: (person) => post("take the invitation", "/invitations/accept", person),
    async acceptReset(token, password) {
      await answer({
        purpose: "set a new password",
        path: `${IDENTITY}/resets/accept`,
        method: "POST",
        body: { token, password },
      });
    },
  };
}

import type { AuditContext, Authority } from "@holdfast/protocol";

/** A person, as the one on whose authority something is done. Pure. */
export function userAuthority(
  { email, id }: { readonly id: string; readonly email: string },
  context: AuditContext,
): Authority {
  return { actor: { type: "user", id, name: email, keyId: null }, context };
}

/** Somebody who has not said who they are. Pure. */
export function anonymous(context: AuditContext): Authority {
  return { actor: { type: "anonymous", id: "anonymous", name: null, keyId: null }, context };
}

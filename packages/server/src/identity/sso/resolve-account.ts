import type { Grant } from "@holdfast/protocol";
import type { Person } from "../contract.ts";
import { areOwners } from "../people/owners.ts";
import type { MappedAccount } from "./account-map.ts";

/** Why somebody whom a provider vouches for does not get in. */
export type AccountRefusal = "sso_not_allowed" | "sso_denied_no_role" | "account_link_required";

/** What is to be done with a provider's word. */
export type Resolution =
  | { readonly kind: "known"; readonly person: string; readonly grants: readonly Grant[] | null }
  /** The account there is becomes this subject's, too. */
  | { readonly kind: "link"; readonly person: string; readonly grants: readonly Grant[] | null }
  | {
      readonly kind: "create";
      readonly email: string;
      readonly name: string;
      readonly grants: readonly Grant[];
    }
  | { readonly kind: "refused"; readonly code: AccountRefusal; readonly person: string | null };

/** What is known when it is resolved. */
export interface ResolutionFacts {
  readonly connection: string;
  readonly account: MappedAccount;
  /** Whether accounts may begin with a first sign-in. */
  readonly createsAccounts: boolean;
  /** Whether the domain of the address is verified for this connection. */
  readonly isOwnDomain: boolean;
  /** Whom this subject is known to be. */
  readonly linked: Person | null;
  /** Whose account has this address. */
  readonly sameAddress: Person | null;
  /** Whether that account could ever be signed in to otherwise. */
  readonly hasOtherMethods: boolean;
}

/**
 * Finds the account that a provider means: in the order of a known subject, an account that its directory made, an account with
 * this address, a new one. A provider speaks of addresses in its own domains and of nobody else, whatever subject it names; an
 * account that has another way in is joined only by its owner; owners never silently. Pure.
 */
export function resolveAccount(facts: ResolutionFacts): Resolution {
  const { account, connection, createsAccounts, hasOtherMethods, isOwnDomain, linked, sameAddress } = facts;
  const refused = (code: AccountRefusal, person: string | null = null): Resolution => ({
    kind: "refused",
    code,
    person,
  });
  if (account.address === null || !isOwnDomain) return refused("sso_not_allowed");
  /** Of an account that the provider's directory decides about; null: what it may do is decided here. */
  const grantsFor = (person: Person): readonly Grant[] | null =>
    person.managedBy === connection ? account.grants : null;
  const opened = (kind: "known" | "link", person: Person): Resolution => {
    if (person.deactivatedAt !== null) return refused("sso_not_allowed", person.id);
    const grants = grantsFor(person);
    if ((grants ?? person.grants).length === 0) return refused("sso_denied_no_role", person.id);
    return { kind, person: person.id, grants };
  };

  if (linked !== null) return opened("known", linked);
  if (sameAddress !== null) {
    const isOfDirectory = sameAddress.managedBy === connection;
    const isElsewhere = sameAddress.managedBy !== null && !isOfDirectory;
    if (isElsewhere) return refused("sso_not_allowed", sameAddress.id);
    // Another subject of the same provider is another person to it, whatever address both have.
    if (isOfDirectory && hasOtherMethods) return refused("sso_not_allowed", sameAddress.id);
    if (!isOfDirectory && (hasOtherMethods || areOwners(sameAddress.grants) || sameAddress.isBreakGlass))
      return refused("account_link_required", sameAddress.id);
    return opened("link", sameAddress);
  }
  if (!createsAccounts) return refused("sso_not_allowed");
  if (account.grants.length === 0) return refused("sso_denied_no_role");
  const { text: email } = account.address;
  return { kind: "create", email, name: account.name ?? email, grants: account.grants };
}

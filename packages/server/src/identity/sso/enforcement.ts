import type { Person } from "../contract.ts";
import { readAddress } from "../people/address.ts";
import type { SessionRecord } from "../records.ts";
import type { ConnectionRecord, ConnectionState, DomainRecord } from "./records.ts";

/** What is known of connections and of domains. */
export interface SsoFacts {
  readonly connection: (id: string) => ConnectionRecord | null;
  readonly domain: (domain: string) => DomainRecord | null;
}

/**
 * The state in which a connection is now. One that was made required and that nobody confirmed in time is optional again, by
 * itself: who locked everybody out could not have come back to say so. Pure.
 */
export function stateOf(
  { confirmBy, state }: Pick<ConnectionRecord, "confirmBy" | "state">,
  now: number,
): ConnectionState {
  return state === "required" && confirmBy !== null && now >= confirmBy ? "optional" : state;
}

/** The connection by which people of a domain sign in, or may; null: there is none for them. Pure. */
export function connectionFor(
  domain: string,
  { connection, domain: domainOf }: SsoFacts,
  now: number,
): { readonly id: string; readonly isRequired: boolean } | null {
  const found = domainOf(domain);
  if (found === null || found.verifiedAt === null) return null;
  const record = connection(found.connection);
  if (record === null) return null;
  const state = stateOf(record, now);
  return state === "optional" || state === "required"
    ? { id: found.connection, isRequired: state === "required" }
    : null;
}

/**
 * Whether a person may have a session of this kind: where single sign-on is required, by its connection alone. Accounts for
 * emergencies and sessions with a code for them are left out of it. Asked at each request, so that it counts at once. Pure.
 */
export function isSessionAllowed(
  person: Person,
  session: Pick<SessionRecord, "connection" | "isEmergency">,
  facts: SsoFacts,
  now: number,
): boolean {
  if (session.connection !== null) {
    const record = facts.connection(session.connection.id);
    const state = record === null ? "disabled" : stateOf(record, now);
    if (state === "disabled" || state === "draft") return false;
  }
  if (person.isBreakGlass || session.isEmergency === true) return true;
  const domain = readAddress(person.email)?.domain;
  const needed = domain === undefined ? null : connectionFor(domain, facts, now);
  return needed === null || !needed.isRequired || session.connection?.id === needed.id;
}

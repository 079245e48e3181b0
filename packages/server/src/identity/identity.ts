/** People: accounts, sign-in, sessions, what they may do, and the identity providers that vouch for them. */
export type { Begun, Holder, PasswordOutcome, Person, SecondFactor, Session, SignedIn } from "./contract.ts";
export type { Identity, IdentityDeps } from "./open-identity.ts";
export { openIdentity } from "./open-identity.ts";
export { openBreachedPasswords } from "./passwords/breached-passwords.ts";
export type { ServiceCaller } from "./service-accounts/service-accounts.ts";
export type { Connection, ConnectionChange } from "./sso/connections.ts";
export type { MappedAccount } from "./sso/account-map.ts";
export { mapAccount } from "./sso/account-map.ts";
export type { Domain } from "./sso/domains.ts";
export type { MetadataWatch } from "./sso/metadata-watch.ts";
export { watchMetadata } from "./sso/metadata-watch.ts";
export { stateOf } from "./sso/enforcement.ts";
export type { Delivery } from "./sso/provider-side.ts";
export type { AccountMap, SamlConnectionRecord } from "./sso/records.ts";
export type { Arrival } from "./sso/sso.ts";

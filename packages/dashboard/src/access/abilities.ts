import type { SessionInfo } from "@holdfast/client";

/** What pages ask for. The server decides; this only says what is worth showing. */
export type Wanted =
  | "roles.read"
  | "people.read"
  | "people.manage"
  | "service_accounts.read"
  | "service_accounts.manage"
  | "sso.read"
  | "sso.manage"
  | "keys.read"
  | "event_keys.manage"
  | "signing_keys.manage"
  | "tokens.read"
  | "tokens.manage"
  | "audit.read"
  | "audit.export"
  | "environments.read";

/** Whether somebody may do something anywhere at all. Pure. */
export function may(session: SessionInfo, wanted: Wanted): boolean {
  return (session.permissions ?? []).some(({ permission }) => permission === wanted);
}

import type { SessionInfo } from "@holdfast/client";
import type { Wanted } from "./abilities.ts";
import { may } from "./abilities.ts";

/** The pages of the sidebar: each with the permissions one of which it takes, and the key that goes there after `g`. */
export const DESTINATIONS = [
  { to: "/people", label: "People", icon: "people", key: "p", group: "Access", wants: ["people.read"] },
  { to: "/roles", label: "Roles", icon: "shield", key: "r", group: "Access", wants: ["roles.read"] },
  { to: "/sso", label: "Single sign-on", icon: "door", key: "s", group: "Access", wants: ["sso.read"] },
  {
    to: "/service-accounts",
    label: "Service accounts",
    icon: "gear",
    key: "v",
    group: "Machines",
    wants: ["service_accounts.read"],
  },
  {
    to: "/keys",
    label: "Keys",
    icon: "key",
    key: "k",
    group: "Machines",
    wants: ["tokens.read", "keys.read"],
  },
  { to: "/audit", label: "Audit", icon: "scroll", key: "a", group: "Record", wants: ["audit.read"] },
] as const satisfies readonly {
  readonly to: string;
  readonly label: string;
  readonly icon: string;
  readonly key: string;
  readonly group: string;
  readonly wants: readonly Wanted[];
}[];

export type Destination = (typeof DESTINATIONS)[number];

/** Where somebody may go. Who still owes a second factor may go nowhere but to the account. Pure. */
export function destinationsOf(session: SessionInfo): readonly Destination[] {
  if (session.must != null) return [];
  return DESTINATIONS.filter(({ wants }) => wants.some((wanted) => may(session, wanted)));
}

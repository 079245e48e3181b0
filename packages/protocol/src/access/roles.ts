/** What somebody who administers is: fixed, since every role is one more thing that an auditor must understand. */
export const ROLES = ["owner", "admin", "operator", "developer", "viewer", "auditor"] as const;
export type Role = (typeof ROLES)[number];

/** How far a permission of a role reaches. */
export type Reach = "everywhere" | "outside production";

type Row = Readonly<Partial<Record<Role, Reach>>>;

const EVERYWHERE = "everywhere";
const OUTSIDE = "outside production";
const OWNER: Row = { owner: EVERYWHERE };
const ADMINS: Row = { ...OWNER, admin: EVERYWHERE };
const AND_DEVELOPERS: Row = { ...ADMINS, developer: OUTSIDE };
const AND_AUDITORS: Row = { ...ADMINS, auditor: EVERYWHERE };
const BUILDERS: Row = { ...AND_AUDITORS, operator: EVERYWHERE, developer: EVERYWHERE };
const EVERYBODY: Row = { ...BUILDERS, viewer: EVERYWHERE };
const WATCHERS: Row = { ...ADMINS, operator: EVERYWHERE, developer: EVERYWHERE, viewer: EVERYWHERE };
const DOERS: Row = { ...ADMINS, operator: EVERYWHERE, developer: OUTSIDE };

/**
 * Which role may do what. The one table of it: the server decides by it, and the documents are held against it. Reading and
 * changing are apart, and so is what cannot be undone.
 */
const TABLE = {
  "environments.read": EVERYBODY,
  "environments.manage": ADMINS,
  "keys.read": BUILDERS,
  "event_keys.manage": AND_DEVELOPERS,
  "signing_keys.manage": AND_DEVELOPERS,
  "apps.approve": AND_DEVELOPERS,
  "egress.read": BUILDERS,
  "egress.manage": AND_DEVELOPERS,
  "retention.read": { ...AND_AUDITORS, operator: EVERYWHERE },
  "retention.manage": ADMINS,
  "data.erase": ADMINS,
  "data_keys.destroy": OWNER,
  "audit.read": AND_AUDITORS,
  "audit.export": AND_AUDITORS,
  "sinks.read": AND_AUDITORS,
  "sinks.manage": ADMINS,
  "tokens.read": AND_AUDITORS,
  "tokens.manage": ADMINS,
  "vault.read": AND_AUDITORS,
  "vault.manage": OWNER,
  "redteam.run": ADMINS,
  "people.read": AND_AUDITORS,
  "people.manage": ADMINS,
  "service_accounts.read": AND_AUDITORS,
  "service_accounts.manage": ADMINS,
  "sso.read": AND_AUDITORS,
  "sso.manage": ADMINS,
  "roles.read": EVERYBODY,
  "apps.read": EVERYBODY,
  "runs.read": WATCHERS,
  "runs.act": DOERS,
  "events.send": { ...ADMINS, operator: EVERYWHERE, developer: EVERYWHERE },
  "payloads.read": WATCHERS,
} as const satisfies Readonly<Record<string, Row>>;

export type Permission = keyof typeof TABLE;

// The keys of the table are what the type says.
export const PERMISSIONS = Object.keys(TABLE) as readonly Permission[];

/** How far a role may go with something; null: not at all. Pure. */
export function reachOf(role: Role, permission: Permission): Reach | null {
  const row: Row = TABLE[permission];
  return row[role] ?? null;
}

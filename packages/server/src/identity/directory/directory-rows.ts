import type { AuditAct, Authority } from "@holdfast/protocol";
import type { AuditLog } from "#audit";
import type { Clock, Random } from "#kernel";
import type { Ledger } from "../ledger.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { DirectoryGroupRecord, DirectoryUserRecord } from "./records.ts";

export interface DirectoryDeps {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Random;
}

const ID_BYTES = 12;

/** What one connection's directory has here: users that it did not remove, and groups. */
export interface DirectoryRows {
  users(): readonly (readonly [id: string, DirectoryUserRecord])[];
  user(id: string): DirectoryUserRecord | null;
  groups(): readonly (readonly [id: string, DirectoryGroupRecord])[];
  group(id: string): DirectoryGroupRecord | null;
  newId(): string;
  /** An entry about a user or a group. */
  act(
    action: AuditAct["action"],
    authority: Authority,
    id: string,
    facts: {
      readonly result?: AuditAct["result"];
      readonly changes?: AuditAct["changes"];
      readonly reason?: string | null;
    },
  ): AuditAct;
}

export function directoryRows(
  { ledger, random }: Pick<DirectoryDeps, "ledger" | "random">,
  connection: string,
): DirectoryRows {
  const users: DirectoryRows["users"] = () =>
    ledger.all("directory-user").filter(([, row]) => row.connection === connection && row.removedAt === null);
  const groups: DirectoryRows["groups"] = () =>
    ledger.all("directory-group").filter(([, row]) => row.connection === connection);
  return {
    users,
    groups,
    user: (id) => users().find(([each]) => each === id)?.[1] ?? null,
    group: (id) => groups().find(([each]) => each === id)?.[1] ?? null,
    newId: () => Buffer.from(random.bytes(ID_BYTES)).toString("hex"),
    act(action, authority, id, { changes = {}, reason = null, result = "success" }) {
      const type = action === "directory.group_changed" ? "group" : "user";
      const name = type === "user" ? (ledger.get("person", id)?.email ?? null) : null;
      return { action, authority, targets: [{ type, id, name }], result, reason, changes };
    },
  };
}

/** The names of the groups of a directory that a person is in. */
export function directoryGroupsOf(ledger: Ledger, person: string): readonly string[] {
  return ledger
    .all("directory-group")
    .filter(([, { fields }]) => fields.members.includes(person))
    .map(([, { fields }]) => fields.displayName);
}

import type { AuditAction, OcsfClass } from "./actions.ts";
import { AUDIT_ACTIONS } from "./actions.ts";
import type { AuditAct } from "./act.ts";
import type { LogLine } from "./line.ts";
import { testMembers } from "./test-line.ts";
import type { WrittenEntry } from "./written-entry.ts";
import { nameOf, readEntry } from "./written-entry.ts";

/** The version of the Open Cybersecurity Schema Framework whose classes and attributes are used. */
const OCSF_VERSION = "1.9.0";

/** Which product says it: goes into the metadata of every event. */
export interface OcsfFacts {
  readonly productVersion: string;
  /** When a line is made that is about no entry, Unix ms. */
  readonly now: number;
}

const CATEGORIES = {
  0: "Uncategorized",
  3: "Identity & Access Management",
  6: "Application Activity",
} as const;

const CLASSES = {
  authentication: { uid: 3002, name: "Authentication", category: 3 },
  entity_management: { uid: 3004, name: "Entity Management", category: 3 },
  api_activity: { uid: 6003, name: "API Activity", category: 6 },
} as const satisfies Record<OcsfClass, { uid: number; name: string; category: keyof typeof CATEGORIES }>;

type Activity = readonly [id: 1 | 2 | 3 | 4 | 99, name: string];

const CREATE: Activity = [1, "Create"];
const READ: Activity = [2, "Read"];
const UPDATE: Activity = [3, "Update"];
const DELETE: Activity = [4, "Delete"];
const LOGON: Activity = [1, "Logon"];
const LOGOFF: Activity = [2, "Logoff"];

/** What happened, by the last word of an action. `other`: no activity of OCSF says it, and the word stands for itself. */
const ACTIVITIES: Readonly<Record<string, Activity | "other">> = {
  created: CREATE,
  imported: CREATE,
  renamed: UPDATE,
  changed: UPDATE,
  policy_changed: UPDATE,
  archived: UPDATE,
  unarchived: UPDATE,
  activated: UPDATE,
  stepped_back: UPDATE,
  rotated: UPDATE,
  synced: UPDATE,
  sync_requested: UPDATE,
  paused: UPDATE,
  resumed: UPDATE,
  cancelled: UPDATE,
  rescued: UPDATE,
  origin_held: UPDATE,
  origin_approved: UPDATE,
  leaked: UPDATE,
  revoked: DELETE,
  revoke_refused: DELETE,
  destroyed: DELETE,
  removed: DELETE,
  deleted: DELETE,
  pruned: DELETE,
  swept: DELETE,
  erased: DELETE,
  lifted: DELETE,
  placed: CREATE,
  rerun: CREATE,
  sent: CREATE,
  invoked: CREATE,
  exported: READ,
  revealed: READ,
  denied: LOGON,
  refused: LOGON,
  used: LOGON,
  ended: LOGOFF,
  offered: CREATE,
  completed: CREATE,
  accepted: CREATE,
  added: CREATE,
  made: CREATE,
  claimed: CREATE,
  token_made: CREATE,
  token_revoked: DELETE,
  granted: UPDATE,
  linked: UPDATE,
  deactivated: UPDATE,
  reactivated: UPDATE,
  enabled: UPDATE,
  confirmed: UPDATE,
  verified: UPDATE,
  person_changed: UPDATE,
  group_changed: UPDATE,
  renewed: "other",
  clone_suspected: "other",
  held: "other",
  tested: "other",
  failing: "other",
  recovered: "other",
  blocked: "other",
  started: "other",
  stopped: "other",
  run: "other",
};

type Severity = readonly [id: 1 | 2 | 3 | 4, name: "Informational" | "Low" | "Medium" | "High"];

/** Acts that somebody should look at although they succeeded. Others are informational, and refusals medium. */
const SEVERITIES: Partial<Record<AuditAction, Severity>> = {
  "operator_token.leaked": [4, "High"],
  "service_token.leaked": [4, "High"],
  "break_glass.used": [4, "High"],
  "passkey.clone_suspected": [4, "High"],
  "directory.held": [3, "Medium"],
  "sso_connection.enabled": [3, "Medium"],
  "recovery_code.used": [2, "Low"],
  "data_key.destroyed": [4, "High"],
  "audit_sink.failing": [4, "High"],
  "audit_sink.removed": [3, "Medium"],
  "audit_sink.changed": [3, "Medium"],
  "audit.pruned": [2, "Low"],
  "data.erased": [2, "Low"],
  "legal_hold.lifted": [3, "Medium"],
  "retention.changed": [2, "Low"],
  "egress.policy_changed": [2, "Low"],
  "signing_key.revoked": [2, "Low"],
  "redteam.run": [2, "Low"],
};

/** What OCSF calls what an action says; null for one that nobody gave an activity yet. */
export function ocsfActivity(action: string): Activity | null {
  // That a server starts is another matter than that a session does.
  if (action === "session.started") return LOGON;
  const word = action.slice(action.indexOf(".") + 1);
  const known = Object.hasOwn(ACTIVITIES, word) ? ACTIVITIES[word] : undefined;
  if (known === undefined) return null;
  return known === "other" ? [99, word] : known;
}

/**
 * A line of a log as an OCSF event. The entry as it was hashed is its `raw_data`; place, hash and whatever OCSF has no
 * attribute for stand under `unmapped`, so that the chain can be verified from events alone (`readLogs`).
 */
export function ocsfEvent(line: LogLine, facts: OcsfFacts): Readonly<Record<string, unknown>> {
  if (line.kind === "header") return baseEvent("Audit log begins", { ...line.header }, facts);
  if (line.kind === "checkpoint")
    return baseEvent("Audit log checkpoint", { log: line.log, checkpoint: line.checkpoint }, facts);
  if (line.kind === "test") return baseEvent("Audit sink test", testMembers(line), facts);
  const entry = readEntry(line.entry);
  const known = Object.hasOwn(AUDIT_ACTIONS, entry.action)
    ? AUDIT_ACTIONS[entry.action as AuditAction].class
    : "api_activity";
  const { uid, name, category } = CLASSES[known];
  const [activityId, activityName] = ocsfActivity(entry.action) ?? [99, entry.action];
  const [severityId, severity] = severityOf(entry);
  const isDone = entry.result === "success";
  const { openings } = line;
  const { actor, changes, context, targets } = entry;
  const shown = targets.map((target) => ({
    type: target.type,
    uid: target.id,
    ...named(nameOf(target.name_commitment, openings)),
  }));
  const user = {
    ...userType(actor.type),
    uid: actor.id,
    ...named(nameOf(actor.name_commitment, openings)),
    ...(actor.key_id === null ? {} : { credential_uid: actor.key_id }),
  };
  const request = context.request_id === null ? {} : { uid: context.request_id };
  return {
    activity_id: activityId,
    activity_name: activityName,
    category_uid: category,
    category_name: CATEGORIES[category],
    class_uid: uid,
    class_name: name,
    type_uid: uid * 100 + activityId,
    type_name: `${name}: ${activityName}`,
    time: Date.parse(entry.at),
    severity_id: severityId,
    severity,
    status_id: isDone ? 1 : 2,
    status: isDone ? "Success" : "Failure",
    ...(entry.reason === null ? {} : { status_detail: entry.reason }),
    message: entry.action,
    metadata: {
      ...metadata(facts),
      uid: entry.id,
      event_code: entry.action,
      log_name: line.log,
      sequence: line.seq,
      original_time: entry.at,
    },
    actor: { user },
    src_endpoint: context.address === null ? { svc_name: "holdfast" } : { ip: context.address },
    http_request: {
      ...request,
      ...(context.user_agent === null ? {} : { user_agent: context.user_agent }),
    },
    ...ofClass(known, { entry, request, shown, user }),
    raw_data: line.entry,
    unmapped: {
      log: line.log,
      seq: line.seq,
      hash: line.hash,
      ...(openings === undefined ? {} : { openings }),
      result: entry.result,
      via: context.via,
      changes,
      ...(shown.length > 1 ? { targets: shown } : {}),
    },
  };
}

/** What the class asks for beside what every event has. */
function ofClass(
  known: OcsfClass,
  of: {
    readonly entry: WrittenEntry;
    readonly request: object;
    readonly shown: readonly object[];
    readonly user: object;
  },
): Readonly<Record<string, unknown>> {
  const { entry, request, shown, user } = of;
  const service = { name: "holdfast" };
  switch (known) {
    case "authentication":
      return { user, service, is_remote: true };
    case "entity_management":
      return {
        entity: { ...shown[0], data: entry.changes },
        ...(entry.reason === null ? {} : { comment: entry.reason }),
      };
    case "api_activity":
      return { api: { operation: entry.action, request, service }, resources: shown };
  }
}

function baseEvent(
  message: string,
  unmapped: Readonly<Record<string, unknown>>,
  facts: OcsfFacts,
): Readonly<Record<string, unknown>> {
  return {
    activity_id: 99,
    activity_name: message,
    category_uid: 0,
    category_name: CATEGORIES[0],
    class_uid: 0,
    class_name: "Base Event",
    type_uid: 99,
    type_name: `Base Event: ${message}`,
    time: facts.now,
    severity_id: 1,
    severity: "Informational",
    message,
    metadata: metadata(facts),
    unmapped,
  };
}

function metadata({ productVersion }: OcsfFacts): Readonly<Record<string, unknown>> {
  return {
    version: OCSF_VERSION,
    product: { name: "Holdfast", vendor_name: "Holdfast", version: productVersion },
  };
}

function severityOf({ action, result }: WrittenEntry): Severity {
  const own = Object.hasOwn(SEVERITIES, action) ? SEVERITIES[action as AuditAction] : undefined;
  return own ?? (result === "success" ? [1, "Informational"] : [3, "Medium"]);
}

function userType(type: AuditAct["authority"]["actor"]["type"]): { type_id: number; type: string } {
  switch (type) {
    case "user":
      return { type_id: 1, type: "User" };
    case "operator":
      return { type_id: 2, type: "Admin" };
    case "system":
      return { type_id: 3, type: "System" };
    case "anonymous":
      return { type_id: 0, type: "Unknown" };
    default:
      return { type_id: 99, type };
  }
}

function named(name: string | null): { name?: string } {
  return name === null ? {} : { name };
}

/**
 * Every act that an audit log can hold, by its stable name: `<what>.<what happened to it>`. `class` is where OCSF 1.9.0 puts
 * it. `docs/reference/audit.md` lists the same names; a test holds the two against each other.
 */
export const AUDIT_ACTIONS = {
  "environment.created": { class: "entity_management" },
  "environment.renamed": { class: "entity_management" },
  "environment.archived": { class: "entity_management" },
  "environment.unarchived": { class: "entity_management" },
  "signing_key.created": { class: "entity_management" },
  "signing_key.imported": { class: "entity_management" },
  "signing_key.activated": { class: "entity_management" },
  "signing_key.stepped_back": { class: "entity_management" },
  "signing_key.revoked": { class: "entity_management" },
  "signing_key.revoke_refused": { class: "entity_management" },
  "event_key.created": { class: "entity_management" },
  "event_key.imported": { class: "entity_management" },
  "event_key.changed": { class: "entity_management" },
  "event_key.revoked": { class: "entity_management" },
  "operator_token.created": { class: "entity_management" },
  "operator_token.revoked": { class: "entity_management" },
  "operator_token.leaked": { class: "entity_management" },
  "master_key.rotated": { class: "entity_management" },
  "data_key.created": { class: "entity_management" },
  "data_key.destroyed": { class: "entity_management" },
  "app.synced": { class: "entity_management" },
  "app.removed": { class: "entity_management" },
  "app.origin_held": { class: "entity_management" },
  "app.origin_approved": { class: "entity_management" },
  "function.paused": { class: "api_activity" },
  "function.resumed": { class: "api_activity" },
  "run.cancelled": { class: "api_activity" },
  "run.rerun": { class: "api_activity" },
  "run.rescued": { class: "api_activity" },
  "cancellation.created": { class: "api_activity" },
  "cancellation.deleted": { class: "api_activity" },
  "egress.policy_changed": { class: "entity_management" },
  "egress.blocked": { class: "api_activity" },
  "audit_key.created": { class: "entity_management" },
  "audit.exported": { class: "api_activity" },
  "audit.pruned": { class: "entity_management" },
  "audit_sink.created": { class: "entity_management" },
  "audit_sink.changed": { class: "entity_management" },
  "audit_sink.removed": { class: "entity_management" },
  "audit_sink.tested": { class: "api_activity" },
  "audit_sink.failing": { class: "api_activity" },
  "audit_sink.recovered": { class: "api_activity" },
  "access.denied": { class: "authentication" },
  "server.started": { class: "api_activity" },
  "server.stopped": { class: "api_activity" },
  "redteam.run": { class: "api_activity" },
} as const satisfies Readonly<Record<string, { readonly class: OcsfClass }>>;

export type AuditAction = keyof typeof AUDIT_ACTIONS;

/** The classes of OCSF 1.9.0 that an act of a log may have. */
export type OcsfClass = "authentication" | "entity_management" | "api_activity";

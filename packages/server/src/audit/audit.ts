/** The audit log: what was done, by whom, on whose authority; each entry hangs on the one before. */
export type { AuditAdministration, AuditDrafter, AuditLog, AuditQuery } from "./contract.ts";
export { createDrafter } from "./drafter.ts";
export { openAuditLog } from "./open-audit-log.ts";
export { RETENTION_DAYS_MIN, startRetention } from "./retention.ts";
export { silentAuditLog } from "./silent-log.ts";
export type { AuditSinkAdministration, AuditSinks, SinkSettings, SinkView } from "./sinks/contract.ts";
export { SINK_FORMATS, SINK_KINDS } from "./sinks/contract.ts";
export { openAuditSinks } from "./sinks/open-audit-sinks.ts";
export { createTransport } from "./sinks/transports.ts";

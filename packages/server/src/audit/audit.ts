/** The audit log: what was done, by whom, on whose authority; each entry hangs on the one before. */
export type { AuditAdministration, AuditDrafter, AuditLog, AuditQuery } from "./contract.ts";
export { createDrafter } from "./drafter.ts";
export { openAuditLog } from "./open-audit-log.ts";
export { silentAuditLog } from "./silent-log.ts";

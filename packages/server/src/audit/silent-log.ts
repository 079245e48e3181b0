import { canonicalJson } from "@holdfast/protocol";
import type { AuditLog } from "./contract.ts";

/** A log that keeps nothing, for a server that lives as long as a test of somebody's functions. */
export const silentAuditLog: AuditLog = {
  name: "test",
  draft: (act) => ({ at: 0, text: canonicalJson(act), openings: null }),
  note() {},
};

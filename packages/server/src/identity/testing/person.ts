import { FULL_GRANT } from "@holdfast/protocol";
import type { PersonRecord } from "../records.ts";

/** An owner of an ordinary installation, but for what a test wants otherwise. */
export function personRecord(more: Partial<PersonRecord> = {}): PersonRecord {
  return {
    email: "ana@example.com",
    name: "Ana",
    grants: [FULL_GRANT],
    createdAt: 0,
    deactivatedAt: null,
    lastSignedInAt: null,
    isBreakGlass: false,
    managedBy: null,
    externalId: null,
    ...more,
  };
}

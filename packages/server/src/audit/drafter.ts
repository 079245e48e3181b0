import type { AuditAct, Digest } from "@holdfast/protocol";
import { auditEntry } from "@holdfast/protocol";
import type { Clock, Ids, Random } from "#kernel";
import type { AuditDrafter } from "./contract.ts";

export interface DrafterDeps {
  readonly name: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly digest: Digest;
}

const SALT_BYTES = 16;

/** Drafts of one log's entries. */
export function createDrafter({ name, clock, ids, random, digest }: DrafterDeps): AuditDrafter {
  const salt = (): string => Buffer.from(random.bytes(SALT_BYTES)).toString("hex");
  return {
    draft(act: AuditAct) {
      const at = clock.now();
      const { text, openings } = auditEntry(act, { id: ids.request(), at, log: name, salt }, digest);
      return { at, text, openings: Object.keys(openings).length === 0 ? null : JSON.stringify(openings) };
    },
  };
}

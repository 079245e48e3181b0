import type { AuditAct, AuditValue } from "./act.ts";
import type { Openings } from "./entry.ts";

/** An entry as `auditEntry` wrote it. */
export interface WrittenEntry {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly log: string;
  readonly action: string;
  readonly actor: {
    readonly type: AuditAct["authority"]["actor"]["type"];
    readonly id: string;
    readonly key_id: string | null;
    readonly name_commitment: string | null;
  };
  readonly context: {
    readonly address: string | null;
    readonly user_agent: string | null;
    readonly request_id: string | null;
    readonly via: string;
  };
  readonly targets: readonly {
    readonly type: string;
    readonly id: string;
    readonly name_commitment: string | null;
  }[];
  readonly result: AuditAct["result"];
  readonly reason: string | null;
  readonly changes: Readonly<Record<string, { readonly from: AuditValue; readonly to: AuditValue }>>;
}

/** Reads an entry of one's own log. */
export function readEntry(text: string): WrittenEntry {
  // Nothing enters a log but by `auditEntry`.
  return JSON.parse(text) as WrittenEntry;
}

/** The name that a commitment stands for, as long as what opens it is kept. */
export function nameOf(commitment: string | null, openings: Openings | undefined): string | null {
  if (commitment === null || openings === undefined || !Object.hasOwn(openings, commitment)) return null;
  return openings[commitment]?.name ?? null;
}

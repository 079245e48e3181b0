import type { AuditAct, Authority } from "@holdfast/protocol";
import { createIds, nodeDigest, silentLog, systemClock, systemRandom } from "#kernel";
import type { Store } from "#store";
import { createDrafter } from "../drafter.ts";
import { openAuditLog } from "../open-audit-log.ts";

export const OPERATOR: Authority = {
  actor: { type: "operator", id: "op-1", name: "Ana", keyId: "op-1" },
  context: { address: "203.0.113.7", userAgent: "test", requestId: "req-1", via: "api" },
};

export function anAct(fields: Partial<AuditAct> = {}): AuditAct {
  return {
    action: "event_key.created",
    authority: OPERATOR,
    targets: [{ type: "event_key", id: "k1", name: "Web shop" }],
    result: "success",
    reason: null,
    changes: {},
    ...fields,
  };
}

/** The log of a store, with its minute in the test's hands. */
export async function logOf(store: Store) {
  const time = { now: Date.parse("2026-11-26T12:00:00Z"), due: [] as (() => void)[] };
  const clock = {
    ...systemClock,
    now: () => time.now,
    after: (_delayMs: number, callback: () => void) => {
      time.due.push(callback);
      return { cancel: () => void time.due.splice(time.due.indexOf(callback), 1) };
    },
  };
  const ids = createIds(clock, systemRandom);
  const drafter = createDrafter({ name: "production", clock, ids, random: systemRandom, digest: nodeDigest });
  // Stands for the vault, whose own tests say what it does: here a key is kept as it is.
  const vault = { seal: (secret: string) => secret, open: (sealed: string) => sealed };
  const { administration, audit } = store;
  const deps = {
    name: "production",
    store: audit,
    administration,
    drafter,
    vault,
    clock,
    digest: nodeDigest,
    version: "1.2.3",
  };
  const log = await openAuditLog({ ...deps, log: silentLog });
  return { log, time };
}

/** An exported log as one text. */
export async function textOf(lines: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const line of lines) text += line;
  return text;
}

import type { AuditAct, Authority } from "@holdfast/protocol";
import { canonicalJson } from "@holdfast/protocol";
import type { AuditDrafter } from "#audit";
import { nodeDigest, systemClock } from "#kernel";
import { createMemoryDisk } from "#store";
import type { EnvironmentsDeps } from "../open-environments.ts";

/** Who acts in the tests. */
export const OPERATOR: Authority = {
  actor: { type: "operator", id: "op-1", name: "Ana", keyId: "op-1" },
  context: { address: "203.0.113.7", userAgent: null, requestId: "req-1", via: "api" },
};

/** Drafts that hold the act as it is: what a log makes of it is the log's own subject. */
export const PLAIN_DRAFTS: AuditDrafter = {
  draft: (act: AuditAct) => ({ at: 0, text: canonicalJson(act), openings: null }),
};

/** Environments over a store in memory, at a time that the test moves. */
export function testDeps(main: EnvironmentsDeps["main"] = "production") {
  const disk = createMemoryDisk();
  const store = disk.takeOver();
  const time = { now: Date.parse("2026-11-26T12:00:00Z") };
  const deps: EnvironmentsDeps = {
    administration: store.administration,
    audit: PLAIN_DRAFTS,
    clock: { ...systemClock, now: () => time.now },
    digest: nodeDigest,
    main,
  };
  const acts = async (): Promise<readonly AuditAct[]> =>
    (await store.audit.entries({ after: 0, limit: 1000 })).map(({ text }) => JSON.parse(text) as AuditAct);
  return { deps, store, time, acts };
}

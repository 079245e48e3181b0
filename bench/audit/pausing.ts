import type { AuditAct, FunctionId, LogVerdict } from "@holdfast/protocol";
import { createDrafter, openAuditLog } from "../../packages/server/src/audit/audit.ts";
import {
  createIds,
  nodeDigest,
  silentLog,
  systemClock,
  systemRandom,
} from "../../packages/server/src/kernel/kernel.ts";
import { openSqliteStore } from "../../packages/server/src/store/store.ts";

/** An act that can be made with its entry and without. */
export interface Pausing {
  /** Pauses a function, or resumes it; durable when it settles. */
  act(functionIndex: number, isPause: boolean, isAudited: boolean): Promise<boolean>;
  /** What is done for an entry before it goes to the store. */
  draft(functionIndex: number): void;
  verify(): Promise<LogVerdict>;
  close(): Promise<void>;
}

/** Opens a store on disk as the server does, with its log. */
export async function openPausing(folder: string): Promise<Pausing> {
  const store = await openSqliteStore({ dataDir: folder, log: silentLog });
  const ids = createIds(systemClock, systemRandom);
  const world = { name: "production", clock: systemClock, digest: nodeDigest };
  const drafter = createDrafter({ ...world, ids, random: systemRandom });
  const audit = await openAuditLog({
    ...world,
    store: store.audit,
    administration: store.administration,
    drafter,
    // What seals the log's key has no part in what is measured.
    vault: { seal: (secret) => secret, open: (sealed) => sealed },
    log: silentLog,
    version: "bench",
  });
  const draft = (index: number, isPause: boolean) => drafter.draft(actOf(index, isPause));
  return {
    act(index, isPause, isAudited) {
      // Functions are named by text; here by numbers.
      const id = `shop-function-${index}` as FunctionId;
      const now = systemClock.now();
      const entries = isAudited ? [draft(index, isPause)] : undefined;
      return isPause ? store.queue.pause(id, now, entries) : store.queue.resume(id, now, entries);
    },
    draft: (index) => void draft(index, true),
    verify: () => audit.verify(),
    async close() {
      await audit.close();
      await store.close();
    },
  };
}

/** As an operator's request makes it. */
function actOf(index: number, isPause: boolean): AuditAct {
  return {
    action: isPause ? "function.paused" : "function.resumed",
    authority: {
      actor: { type: "operator", id: "4f1d0c9a2b7e", name: "Ana", keyId: "4f1d0c9a2b7e" },
      context: {
        address: "203.0.113.7",
        userAgent: "holdfast/1.0.0 (linux x64)",
        requestId: "01J00000000000000000000000",
        via: "api",
      },
    },
    targets: [{ type: "function", id: `shop-function-${index}`, name: null }],
    result: "success",
    reason: null,
    changes: {},
  };
}

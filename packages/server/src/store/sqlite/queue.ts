import type { FunctionId } from "@holdfast/protocol";
import type { SessionId } from "../records.ts";
import type { QueueStore } from "../contract.ts";
import type { StoreAccess } from "./access.ts";
import { withAudit } from "./audited.ts";
import { decodeLease, encodeLease } from "./lease.ts";
import { encodePause, encodeResume } from "./pauses.ts";
import { encodeCloseSession, encodeExtendSession, encodeOpenSession } from "./sessions.ts";
import { prepare } from "./statement.ts";

export function createQueueStore(access: StoreAccess): QueueStore {
  // Counting all items reads the leaves of one table without decoding them; counting held ones decodes them.
  const sizes = prepare<readonly [queued: number, held: number]>(
    access.db,
    "SELECT (SELECT COUNT(*) FROM queue), (SELECT COUNT(*) FROM queue WHERE session IS NOT NULL)",
  );
  // Both are read from their indices alone, and no further than asked.
  const waiting = prepare<readonly [count: number]>(
    access.db,
    `SELECT COUNT(*) FROM (
       SELECT * FROM (SELECT 1 FROM queue WHERE session IS NULL AND parked IS NULL AND due_at <= ?1 LIMIT ?2)
       UNION ALL SELECT * FROM (SELECT 1 FROM queue WHERE parked IS NOT NULL LIMIT ?2) LIMIT ?2)`,
  );
  const paused = prepare<readonly [functionId: FunctionId, since: number]>(
    access.db,
    "SELECT symbols.text, since FROM paused JOIN symbols ON symbols.num = paused.function",
  );
  return {
    async openSession({ node, now, expiresAt }) {
      // The writer answers with the number of the row it made.
      return (await access.act(() => encodeOpenSession(node, now, expiresAt))) as SessionId;
    },
    extendSession: async (id, expiresAt, now) =>
      (await access.act(() => encodeExtendSession(id, expiresAt, now))) === 1,
    async closeSession(id) {
      await access.act(() => encodeCloseSession(id));
    },
    lease: async ({ session, limit, now }) =>
      decodeLease(await access.act(() => encodeLease(session, limit, now)), access.symbols),
    size: () =>
      access.read(() => {
        const [queued, held] = sizes.get() ?? [0, 0];
        return { queued, held };
      }),
    waiting: ({ max, now }) => access.read(() => waiting.get(now, max)?.[0] ?? 0),
    pause: async (functionId, now, audit) =>
      (await access.act(() => withAudit(encodePause(functionId, now), audit))) === 1,
    resume: async (functionId, now, audit) =>
      (await access.act(() => withAudit(encodeResume(functionId, now), audit))) === 1,
    paused: () => access.read(() => new Map(paused.all())),
  };
}

import type { SessionId } from "../records.ts";
import type { QueueStore } from "../contract.ts";
import type { StoreAccess } from "./access.ts";
import { decodeLease, encodeLease } from "./lease.ts";
import { encodeCloseSession, encodeExtendSession, encodeOpenSession } from "./sessions.ts";
import { prepare } from "./statement.ts";

export function createQueueStore(access: StoreAccess): QueueStore {
  // Counting all items reads the leaves of one table without decoding them; counting held ones decodes them.
  const sizes = prepare<readonly [queued: number, held: number]>(
    access.db,
    "SELECT (SELECT COUNT(*) FROM queue), (SELECT COUNT(*) FROM queue WHERE session IS NOT NULL)",
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
      decodeLease(await access.act(() => encodeLease(session, limit, now))),
    size: () =>
      access.read(() => {
        const [queued, held] = sizes.get() ?? [0, 0];
        return { queued, held };
      }),
  };
}

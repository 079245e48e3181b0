import type { Log } from "#kernel";
import type { Follower, FollowFilter, Realtime, Update } from "./contract.ts";

/** A synchronous fan-out: followers are called in turn, each with what its filter lets through. */
export function createRealtime(deps: { readonly log: Log }): Realtime {
  const followers = new Map<Follower, FollowFilter>();
  return {
    get followed() {
      return followers.size > 0;
    },
    publish(updates) {
      for (const [follower, filter] of followers) {
        const passed = updates.filter((update) => passes(update, filter));
        if (passed.length === 0) continue;
        try {
          follower(passed);
        } catch (error) {
          followers.delete(follower);
          deps.log.error({ error: String(error) }, "a follower failed and is told nothing more");
        }
      }
    },
    follow(filter, follower) {
      // Each call is a follower of its own, even when the same function is given twice.
      const own: Follower = (updates) => follower(updates);
      followers.set(own, filter);
      return () => void followers.delete(own);
    },
  };
}

/** Whether an update is one of those asked for: by its kind or its journal entry's, and by its run. */
export function passes(update: Update, filter: FollowFilter): boolean {
  if (filter.kinds !== undefined) {
    const kind = update.kind === "journal" ? update.entry.kind : update.kind;
    if (!filter.kinds.has(kind) && !filter.kinds.has(update.kind)) return false;
  }
  if (filter.runId === undefined) return true;
  return update.kind === "event.accepted"
    ? update.runIds.includes(filter.runId)
    : update.runId === filter.runId;
}

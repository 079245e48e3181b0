import type { Update } from "#realtime";

/** An update as a follower gets it. A request the server makes for an app may carry a provider's key: nobody sees it. */
export function visibleUpdate(update: Update, withData: boolean): Update {
  if (update.kind !== "journal" || (withData && update.entry.kind !== "step.requesting")) return update;
  return { ...update, entry: { ...update.entry, data: null } };
}

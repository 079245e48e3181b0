import type { FunctionRecord } from "../functions/contract.ts";

/** The event that starts a function for certain: the first it names whole. Null when there is none. */
export function triggerOf(record: Pick<FunctionRecord, "registration">): { readonly name: string } | null {
  const { triggers } = record.registration("https://app.test");
  if (!Array.isArray(triggers)) return null;
  for (const trigger of triggers as readonly unknown[]) {
    if (typeof trigger !== "object" || trigger === null || !("event" in trigger)) continue;
    const { event } = trigger;
    // The server's own events cannot be sent, and a pattern is no name.
    if (typeof event === "string" && !event.includes("*") && !event.startsWith("inngest/"))
      return { name: event };
  }
  return null;
}

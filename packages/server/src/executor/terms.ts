import type { Digest, EventId, FunctionId } from "@holdfast/protocol";
import { formatUlid } from "@holdfast/protocol";
import type { Registry } from "#registry";
import type { RetryPolicy } from "./backoff.ts";
import type { Terms } from "./decision.ts";
import type { RunState } from "./run-state.ts";

/** What decisions on a run go by, looked up when one is made: its function may have been registered again meanwhile. */
export function termsOf(
  { run }: RunState,
  deps: { readonly registry: Registry; readonly retry: RetryPolicy; readonly digest: Digest },
): Omit<Terms, "signalsTaken" | "isUnderWay"> {
  const definition = deps.registry.function(run.functionId);
  return {
    attemptsMax: definition?.attemptsMax ?? 1,
    retry: deps.retry,
    finishTimeoutMs: definition?.finishTimeoutMs ?? null,
    slug: definition?.slug ?? run.functionId,
    appName: definition?.appName ?? "",
    target: (reference) => functionInUse(reference, deps.registry),
    eventId: (cause, now) => derivedUlid(cause, now, deps.digest) as EventId,
  };
}

/** A function in use, by its slug or its id. */
function functionInUse(reference: string, registry: Registry): { id: FunctionId; slug: string } | null {
  // Whatever the text, it is only looked up.
  const found = registry.functionBySlug(reference) ?? registry.function(reference as FunctionId);
  return found === null || found.archived ? null : found;
}

/** An id that follows from its cause: whoever decides the same again in the same instant names the same event. */
function derivedUlid(cause: string, now: number, digest: Digest): string {
  return formatUlid(now, Buffer.from(digest.sha256Hex(cause).slice(0, 20), "hex"));
}

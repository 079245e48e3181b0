import type { StepId } from "@holdfast/protocol";
import { canonicalJson, LIMITS } from "@holdfast/protocol";
import type { Draft } from "./draft.ts";
import type { ReportedOp } from "./reported-op.ts";

/**
 * `DeferAdd` (wire-protocol 15.8): a function to start when the run ends, recorded once under the op's id. One that breaks
 * a limit or names no function is left out, and the run goes on: deferring is never worth a failed run.
 */
export function addDefer(draft: Draft, op: ReportedOp): void {
  if (draft.defers.has(op.id)) return;
  const fnSlug = op.opts["fn_slug"];
  const input = op.opts["input"] ?? {};
  const meta = op.opts["meta"] ?? null;
  if (typeof fnSlug !== "string" || fnSlug === "" || !isFields(input)) return;
  if (meta !== null && !isFields(meta)) return;
  const data = canonicalJson({ fnSlug, input, ...(meta === null ? {} : { meta }) });
  const metaBytes = meta === null ? 0 : Buffer.byteLength(canonicalJson(meta));
  const totalBytes = [...draft.defers.values()].reduce(
    (sum, defer) => sum + Buffer.byteLength(defer.data),
    Buffer.byteLength(data),
  );
  if (draft.defers.size >= LIMITS.defersPerRunCount) return;
  if (totalBytes > LIMITS.deferInputBytes || metaBytes > LIMITS.deferMetaBytes) return;
  draft.setDefer(op.id, { data, isAborted: false });
  draft.note("defer.added", { stepId: op.id, name: op.label, op: op.op, data });
}

/** `DeferAbort`: the recorded function is not started. Naming one that is not there changes nothing. */
export function abortDefer(draft: Draft, op: ReportedOp): void {
  // Whatever the text, it is only looked up.
  const target = op.opts["target_hashed_id"] as StepId;
  const defer = draft.defers.get(target);
  if (defer === undefined || defer.isAborted) return;
  draft.setDefer(target, { ...defer, isAborted: true });
  draft.note("defer.aborted", { stepId: target, name: op.label, op: op.op });
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

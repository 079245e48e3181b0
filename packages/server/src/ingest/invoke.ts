import { canonicalJson, isHoldfastError, LIMITS } from "@holdfast/protocol";
import { plaintextRefused } from "#payloads";
import type { AcceptDeps } from "./accept.ts";
import type { InvokeOutcome, InvokeRequest } from "./contract.ts";
import { BACKLOG_FULL } from "./backlog.ts";
import { eventRecord } from "./emitter.ts";
import { matchEvent, ownGuard } from "./match.ts";

/** Starts one function by an event of its own (wire-protocol 2.7), through its flow control like any other start. */
export async function invokeFunction(deps: AcceptDeps, request: InvokeRequest): Promise<InvokeOutcome> {
  const { definition, idempotencyKey } = request;
  const now = deps.clock.now();
  const refusal = deps.payloads.admit(
    [
      { position: "invoke-data", value: request.data },
      { position: "invoke-user", value: request.user },
    ],
    definition.appName,
  );
  if (refusal !== null) {
    const { code, message } = plaintextRefused(refusal);
    return { kind: "refused", code, message };
  }
  const texts = payload(request);
  if ("code" in texts) return { kind: "refused", ...texts };
  if (await deps.backlog.isFull()) return { kind: "refused", ...BACKLOG_FULL };
  deps.backlog.note(1);
  const event = eventRecord(
    {
      name: "inngest/function.invoked",
      userId: null,
      data: texts.data,
      user: texts.user,
      version: null,
      meta: null,
      invokes: null,
    },
    deps.ids,
    deps.environment,
    now,
  );
  const session = deps.queue.hasRoom ? deps.queue.session : null;
  const guard = idempotencyKey === undefined ? null : ownGuard("invoke", idempotencyKey);
  const target = { definition, correlation: null, guard };
  const prepared = matchEvent(event, target, session !== null, now, deps);
  const result = await deps.events.accept({ events: [prepared], session, now });
  deps.arrivals.events([prepared], result, now);
  // The target is matched first: its run, or what it gathers, is the first.
  const run = prepared.runs[0]?.run;
  const opened = result.events[0]?.runs[0];
  if (run === undefined || opened === undefined || run.functionId !== definition.id) {
    const hasJoined = result.events[0]?.joined[0] === true;
    return hasJoined ? { kind: "gathered", eventId: event.id } : { kind: "rate_limited" };
  }
  switch (opened.outcome) {
    case "held":
    case "opened":
      return { kind: "started", eventId: event.id, runId: run.id };
    case "skipped":
      return { kind: "skipped", runId: run.id };
    case "duplicate":
      return { kind: "duplicate", runId: opened.existing };
    case "rate_limited":
      return { kind: "rate_limited" };
  }
}

function payload({
  data,
  definition,
  user,
}: InvokeRequest):
  | { readonly data: string; readonly user: string | null }
  | { readonly code: "event_invalid" | "event_too_large"; readonly message: string } {
  let texts: { readonly data: string; readonly user: string | null };
  try {
    texts = {
      data: canonicalJson({ ...data, _inngest: { fn_id: definition.slug } }),
      user: user === undefined ? null : canonicalJson(user),
    };
  } catch (error) {
    if (isHoldfastError(error)) return { code: "event_invalid", message: error.message };
    throw error;
  }
  const bytes = Buffer.byteLength(texts.data) + Buffer.byteLength(texts.user ?? "");
  if (bytes <= LIMITS.eventBytes) return texts;
  const message = `The event is over the max size: Max ${LIMITS.eventBytes} bytes / Size ${bytes} bytes`;
  return { code: "event_too_large", message };
}

import { canonicalJson } from "@holdfast/protocol";
import type { InternalEvent } from "./internal-event.ts";
import { triggerEvent } from "./internal-event.ts";
import type { RunState } from "./run-state.ts";

/** What the journal keeps of a deferred function. */
export interface DeferRecord {
  readonly fnSlug: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly meta?: { readonly sessions?: unknown; readonly propagated_sessions?: unknown };
}

/**
 * The events that start what a run deferred (wire-protocol 15.8): one for each defer that was not aborted. Their ids follow
 * from the run and the defer, so that none is ever started twice. Pure.
 */
export function deferredEvents(
  state: Pick<RunState, "run" | "events" | "defers">,
  parent: { readonly appName: string; readonly slug: string },
): readonly InternalEvent[] {
  const active = [...state.defers].filter(([, defer]) => !defer.isAborted);
  if (active.length === 0) return [];
  const { sessions } = triggerEvent(state.events[0]);
  return active.map(([id, { data }]) => {
    // Written by `defer-ops.ts`.
    const record = JSON.parse(data) as DeferRecord;
    const inherited = record.meta?.propagated_sessions ?? sessions;
    return {
      name: "inngest/deferred.schedule",
      userId: `${state.run.id}.${id}`,
      data: canonicalJson({
        ...record.input,
        _inngest: {
          fn_slug: record.fnSlug,
          parent_app_id: parent.appName,
          parent_fn_id: state.run.functionId,
          parent_fn_slug: parent.slug,
          parent_run_id: state.run.id,
          parent_defer_span: id,
        },
      }),
      user: null,
      version: null,
      meta: {
        ...(record.meta?.sessions === undefined ? {} : { sessions: record.meta.sessions }),
        ...(inherited === undefined ? {} : { propagated_sessions: inherited }),
      },
      invokes: null,
    };
  });
}

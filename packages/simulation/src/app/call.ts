import type { EgressRequest } from "@holdfast/server/rooms";
import type { EventData } from "../scenario/program.ts";
import { APP_URL } from "../scenario/registration.ts";
import type { Memos } from "./replay.ts";

/** A call as the app reads it (wire-protocol section 5). */
export interface Call {
  readonly slug: string;
  readonly runId: string;
  /** The step that is asked for, or null for a discovery call. */
  readonly target: string | null;
  readonly itemKey: string;
  readonly generation: number;
  readonly attempt: number;
  readonly attemptsMax: number;
  readonly mustPlan: boolean;
  /** Of the first event. */
  readonly data: EventData;
  readonly eventIds: readonly string[];
  readonly memos: Memos;
  /** Defers that the server knows of. */
  readonly defers: ReadonlySet<string>;
}

interface CallBody {
  readonly ctx: {
    readonly run_id: string;
    readonly qi_id: string;
    readonly generation_id: number;
    readonly attempt: number;
    readonly max_attempts: number;
    readonly disable_immediate_execution: boolean;
    readonly stack: { readonly stack: readonly string[] };
  };
  readonly event: { readonly data: EventData };
  readonly events: readonly { readonly id: string }[];
  readonly steps: Readonly<Record<string, unknown>>;
  readonly defers?: Readonly<Record<string, unknown>>;
}

/** Whether a request is a call of the app, and not one that the server makes for it. */
export function isCall(request: EgressRequest): boolean {
  return request.url.startsWith(APP_URL);
}

/** Reads what the server sent. It is the server under test: what it sends is taken as the protocol says. */
export function parseCall(request: EgressRequest): Call {
  const url = new URL(request.url);
  // The shape is the protocol's; a server that sends another one fails the run, which is what the test is for.
  const { ctx, event, events, steps, defers } = JSON.parse(request.body ?? "null") as CallBody;
  const stepId = url.searchParams.get("stepId");
  return {
    slug: url.searchParams.get("fnId") ?? "",
    runId: ctx.run_id,
    target: stepId === null || stepId === "step" ? null : stepId,
    itemKey: ctx.qi_id,
    generation: ctx.generation_id,
    attempt: ctx.attempt,
    attemptsMax: ctx.max_attempts,
    mustPlan: ctx.disable_immediate_execution,
    data: event.data,
    eventIds: events.map(({ id }) => id),
    memos: new Map(ctx.stack.stack.map((id) => [id, steps[id]])),
    defers: new Set(Object.keys(defers ?? {})),
  };
}

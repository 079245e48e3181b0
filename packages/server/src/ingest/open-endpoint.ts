import { LIMITS } from "@holdfast/protocol";
import type { FunctionDefinition, Registry } from "#registry";
import type { EventRecord, NewEvent, NewRun, RunStore } from "#store";
import type { AcceptDeps } from "./accept.ts";
import type { EndpointOutcome, EndpointRequest } from "./contract.ts";
import { eventRecord } from "./emitter.ts";
import { openRun } from "./open-runs.ts";

export interface EndpointDeps extends Omit<AcceptDeps, "registry"> {
  readonly registry: Pick<Registry, "endpointOrigin" | "endpoint">;
  readonly runs: RunStore;
}

/**
 * Opens the run of a durable endpoint that its app has begun itself (wire-protocol 16.2). Nobody is called: the run's one
 * item is due when the app has said nothing for `LIMITS.endpointSilenceMs`, so that a run whose app died goes on.
 */
export async function openEndpoint(deps: EndpointDeps, request: EndpointRequest): Promise<EndpointOutcome> {
  const { clock, registry, runs } = deps;
  const origin = registry.endpointOrigin(request.domain);
  if (origin === null) return { kind: "unvouched" };
  if ((await runs.get(request.runId)) !== null) return { kind: "exists" };
  const { method, path, retries } = request;
  const now = clock.now();
  const definition = await registry.endpoint(
    { origin, method, name: request.name ?? `${method} ${path}`, retries },
    now,
  );
  const event = eventRecord(
    {
      name: "inngest/http.request",
      userId: null,
      data: request.data,
      user: null,
      version: null,
      meta: null,
      invokes: null,
    },
    deps.ids,
    deps.environment,
    now,
  );
  // The event speaks of one request to one app: no other function starts by it.
  const prepared: NewEvent = {
    event,
    runs: [begunRun(event, definition, request, now, deps)],
    gatherings: [],
  };
  const result = await deps.events.accept({ events: [prepared], session: null, now });
  deps.arrivals.events([prepared], result, now);
  const outcome = result.events[0]?.runs[0]?.outcome;
  if (outcome === "skipped") return { kind: "paused" };
  return outcome === "opened" || outcome === "held" ? { kind: "opened", definition } : { kind: "exists" };
}

function begunRun(
  event: EventRecord,
  definition: FunctionDefinition,
  request: EndpointRequest,
  now: number,
  deps: EndpointDeps,
): NewRun {
  const birth = {
    id: request.runId,
    now,
    isHeld: false,
    guard: `endpoint:${request.idempotencyKey ?? request.runId}`,
    correlation: null,
    batchId: null,
  };
  const fresh = openRun([event], definition, null, birth, deps.digest);
  return {
    ...fresh,
    run: { ...fresh.run, status: "Running", startedAt: now, requestVersion: request.requestVersion },
    // The key says that the app is at work on its own: the executor knows the item by it.
    item: { ...fresh.item, key: "endpoint", dueAt: now + LIMITS.endpointSilenceMs },
  };
}

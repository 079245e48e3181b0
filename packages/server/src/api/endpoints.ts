import { Header, HoldfastError, LIMITS } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { readOps } from "#executor";
import { parseEndpointRequest } from "#ingest";
import type { Payloads, PlacedValue } from "#payloads";
import { opValues, plaintextRefused } from "#payloads";
import { parseFields } from "./body.ts";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";
import { runIdOf } from "./run-id.ts";
import { v1Enveloped } from "./v1-envelope.ts";

type Steps = FastifyRequest<{ Params: { runId: string } }>;

/**
 * Durable endpoints (wire-protocol 16.2): an app tells of a request that it has begun to answer by itself, and of each step
 * it did. Older SDKs use the second paths.
 */
export function endpointRoutes(app: FastifyInstance, context: ApiContext): void {
  const { clock, executor, ingest, machineClock, payloads, tokens } = context;

  async function open(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const body = parseFields(request.body);
    const sdk = request.headers[Header.sdk];
    const endpoint = parseEndpointRequest(body, typeof sdk === "string" ? sdk : undefined);
    // Read before anything is stored: bad input changes nothing.
    const ops = opsOf(body["steps"], payloads);
    admit(payloads, [{ position: "endpoint-request", value: JSON.parse(endpoint.data) }]);
    const outcome = await ingest.openEndpoint(endpoint);
    switch (outcome.kind) {
      case "unvouched":
        return sendError(reply, unvouched(endpoint.domain));
      case "exists":
        return sendError(reply, new HoldfastError("conflict", "Run already exists"));
      case "paused":
        return sendError(
          reply,
          new HoldfastError("conflict", "The endpoint is paused: its runs are skipped until it is resumed."),
        );
      case "opened":
    }
    const { runId } = endpoint;
    if (ops.length > 0) await executor.endpointSteps(runId, ops);
    const now = machineClock.now();
    return v1Enveloped(clock.now(), {
      fn_id: outcome.definition.id,
      app_id: outcome.definition.appId,
      run_id: runId,
      token: await tokens.output(runId, now),
      realtime_token: await tokens.stream(runId, now),
    });
  }

  async function save(request: Steps, reply: FastifyReply): Promise<unknown> {
    const runId = runIdOf(request.params.runId);
    const body = parseFields(request.body);
    const named = body["run_id"];
    if (named !== undefined && named !== runId)
      throw new HoldfastError("request_invalid", "The body names another run than the path.");
    const outcome = await executor.endpointSteps(runId, opsOf(body["steps"], payloads));
    switch (outcome.kind) {
      case "saved":
      // A report that is sent again because its answer was lost, or that comes after a cancellation.
      case "ended":
        return v1Enveloped(clock.now(), { run_id: runId });
      case "refused":
        return sendError(reply, new HoldfastError(outcome.code ?? "request_invalid", outcome.message));
      case "unknown":
        return sendError(reply, new HoldfastError("not_found", `Run not found: ${runId}`));
      case "stale":
        return sendError(
          reply,
          new HoldfastError("checkpoint_stale", `Run ${runId} goes on elsewhere: this request was given up.`),
        );
    }
  }

  for (const prefix of ["/v1/checkpoint", "/v1/http/runs"]) {
    const config = { access: "signing-key", permission: null, isForApps: true } as const;
    app.post(prefix, { config, bodyLimit: LIMITS.endpointRequestBytes }, open);
    app.post<{ Params: { runId: string } }>(
      `${prefix}/:runId/steps`,
      { config, bodyLimit: LIMITS.checkpointBytes },
      save,
    );
  }
}

/** @throws HoldfastError `plaintext_refused` */
function admit(payloads: Payloads, values: readonly PlacedValue[]): void {
  const refusal = payloads.admit(values, null);
  if (refusal !== null) throw plaintextRefused(refusal);
}

function opsOf(steps: unknown, payloads: Payloads): ReturnType<typeof readOps> {
  const ops =
    steps === undefined || steps === null
      ? []
      : readOps(steps, (op) => admit(payloads, opValues(op, "endpoint-response")));
  if (ops.length <= LIMITS.opsPerResponseCount) return ops;
  throw new HoldfastError(
    "request_invalid",
    `steps has ${ops.length} entries; at most ${LIMITS.opsPerResponseCount} are allowed.`,
  );
}

/** The words name the setting that accepts it: whoever calls an app could otherwise make this server call anybody. */
function unvouched(domain: string): HoldfastError {
  const origin = URL.parse(domain)?.origin ?? "null";
  const shown = origin === "null" ? "https://app.example.org" : origin;
  return new HoldfastError(
    "forbidden",
    `Cannot run durable endpoints of ${JSON.stringify(domain.slice(0, 200))}: nobody vouched for this origin.`,
    { next: `Register an app there, or start the server with: --endpoint-origin ${shown}` },
  );
}

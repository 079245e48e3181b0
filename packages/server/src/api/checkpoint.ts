import { HoldfastError, LIMITS } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { parseFields } from "./body.ts";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";
import { runIdOf } from "./run-id.ts";

type Checkpoint = FastifyRequest<{ Params: { runId: string } }>;

/** Steps that an app reports while its call is open (wire-protocol 16.1). Older SDKs use the second path. */
export function checkpointRoutes(app: FastifyInstance, context: ApiContext): void {
  const { executor } = context;
  const options = {
    config: { access: "signing-key", permission: null, isForApps: true },
    bodyLimit: LIMITS.checkpointBytes,
  } as const;

  const save = async (request: Checkpoint, reply: FastifyReply): Promise<unknown> => {
    const runId = runIdOf(request.params.runId);
    const body = parseFields(request.body);
    const named = body["run_id"];
    if (named !== undefined && named !== runId)
      throw new HoldfastError("request_invalid", "The body names another run than the path.");
    const itemKey = body["qi_id"];
    if (typeof itemKey !== "string")
      throw new HoldfastError("request_invalid", "The body lacks qi_id, which the call carried in ctx.");
    const outcome = await executor.checkpoint({
      runId,
      itemKey,
      generation: numberOrNull(body["generation_id"]),
      requestStartedAt: numberOrNull(body["request_started_at"]),
      steps: body["steps"],
    });
    switch (outcome.kind) {
      case "saved":
        return { data: { run_id: runId } };
      case "refused":
        return sendError(reply, new HoldfastError(outcome.code ?? "request_invalid", outcome.message));
      case "unknown":
        return sendError(reply, new HoldfastError("not_found", `Run not found: ${runId}`));
      case "stale":
      case "ended":
        // The app must stop at once in both cases, and 409 is what makes it.
        return sendError(
          reply,
          new HoldfastError(
            "checkpoint_stale",
            `The work on run ${runId} was ${outcome.kind === "ended" ? "ended" : "handed out again"} since this call began.`,
          ),
        );
    }
  };
  for (const prefix of ["/v1/checkpoint", "/v1/http/runs"]) {
    app.post<{ Params: { runId: string } }>(`${prefix}/:runId/async`, options, save);
  }
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}

import type { AuditTarget, RunId } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { RerunRequest } from "#ingest";
import { parseFields } from "../body.ts";
import { actOf } from "../acting.ts";
import type { ApiContext } from "../context.ts";
import { badField, missingField, sendV2Error } from "./errors.ts";
import { enveloped } from "./message.ts";
import { runIdIn } from "./path-ids.ts";
import type { Fields } from "./query.ts";
import { field, textField } from "./query.ts";
import { v2Route } from "./route.ts";

type ById = { Params: { runId: string } };

/** `POST /runs/{runId}/cancel` and `POST /runs/{runId}/rerun`. */
export function runActsV2(app: FastifyInstance, context: ApiContext): void {
  const { audit, clock, executor, ingest } = context;

  app.post<ById>("/runs/:runId/cancel", v2Route("runs.act"), async (request, reply) => {
    const runId = runIdIn(request.params);
    switch (await executor.cancel(runId, actOf(request, audit, "run.cancelled", aRun(runId)))) {
      case "cancelled":
        return enveloped(clock.now(), { runId });
      case "unknown":
        throw unknownRun(runId);
      case "ended":
        return sendEnded(reply, runId, (await executor.view(runId))?.run.status === "Cancelled");
    }
  });

  app.post<ById>("/runs/:runId/rerun", v2Route("runs.act"), async (request, reply) => {
    const runId = runIdIn(request.params);
    const outcome = await ingest.rerun({
      runId,
      fromStep: fromStepIn(bodyOf(request.body)),
      audit: actOf(request, audit, "run.rerun", aRun(runId)),
    });
    switch (outcome.kind) {
      case "started":
        return enveloped(clock.now(), { runId: outcome.runId });
      case "unknown":
        throw unknownRun(runId);
      case "cron":
        return sendV2Error(
          reply,
          501,
          "not_implemented",
          `Run ${runId} was started by the clock and cannot be run again.`,
        );
      case "function_gone":
        throw new HoldfastError("not_found", `The function of run ${runId} is no longer registered.`);
      case "step_unknown":
      case "step_ambiguous":
        return sendV2Error(reply, 400, "invalid_request", outcome.message);
    }
  });
}

function aRun(id: RunId): AuditTarget {
  return { type: "run", id, name: null };
}

/** The body, which may be left out where it has nothing to say. */
function bodyOf(body: unknown): Fields {
  return Buffer.isBuffer(body) && body.length > 0 ? parseFields(body) : {};
}

function fromStepIn(body: Fields): RerunRequest["fromStep"] {
  const asked = field(body, "fromStep");
  if (asked === undefined) return null;
  if (typeof asked !== "object" || Array.isArray(asked)) throw badField("fromStep", "must be an object");
  // Not null either: `field` takes that for absent.
  const fromStep = asked as Fields;
  const step = textField(fromStep, "stepId");
  if (step === null) throw missingField("fromStep.stepId");
  const input = field(fromStep, "input");
  if (input !== undefined && !Array.isArray(input)) throw badField("fromStep.input", "must be an array");
  return { step, input: input ?? null };
}

function unknownRun(runId: RunId): HoldfastError {
  return new HoldfastError("not_found", `Run not found: ${runId}`);
}

/** The refusal to change a run that is over. */
export function sendEnded(reply: FastifyReply, runId: RunId, isCancelled: boolean): FastifyReply {
  return isCancelled
    ? sendV2Error(reply, 409, "run_already_cancelled", `Run ${runId} was cancelled already.`)
    : sendV2Error(reply, 409, "run_already_ended", `Run ${runId} has already ended.`);
}

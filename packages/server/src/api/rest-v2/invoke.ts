import { HoldfastError, LIMITS } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { noteCallersAct } from "../acting.ts";
import { parseFields } from "../body.ts";
import type { ApiContext } from "../context.ts";
import { statusOf } from "../errors.ts";
import { badField, missingField, sendV2Error, v2CodeOf } from "./errors.ts";
import { functionNamed } from "./lookup.ts";
import { enveloped } from "./message.ts";
import { field, textField } from "./query.ts";
import type { Fields } from "./query.ts";
import { v2Route } from "./route.ts";

type OfFunction = { Params: { appId: string; functionId: string } };

/** `POST /apps/{appId}/functions/{functionId}/invoke`: starts one function, whatever its triggers. */
export function invokeV2(app: FastifyInstance, { audit, clock, ingest, registry }: ApiContext): void {
  app.post<OfFunction>(
    "/apps/:appId/functions/:functionId/invoke",
    { ...v2Route("runs.act"), bodyLimit: LIMITS.eventBytes },
    async (request, reply) => {
      const { appId, functionId } = request.params;
      const definition = functionNamed(registry, appId, functionId);
      if (definition.archived)
        throw new HoldfastError("not_found", `Function ${definition.slug} is no longer registered.`);
      const body = parseFields(request.body);
      const idempotencyKey = textField(body, "idempotencyKey");
      const outcome = await ingest.invoke({
        definition,
        data: dataIn(body),
        ...(idempotencyKey === null ? {} : { idempotencyKey }),
      });
      if (outcome.kind === "started" || outcome.kind === "gathered")
        noteCallersAct(request, audit, "function.invoked", {
          type: "function",
          id: definition.slug,
          name: null,
        });
      switch (outcome.kind) {
        case "started":
          return enveloped(clock.now(), { runId: outcome.runId });
        case "duplicate":
          return sendV2Error(
            reply,
            409,
            "idempotency_conflict",
            `The idempotency key was used already${outcome.runId === null ? "" : `, by run ${outcome.runId}`}.`,
            outcome.runId === null ? undefined : { runId: outcome.runId },
          );
        case "skipped":
          return sendV2Error(
            reply,
            422,
            "function_skipped",
            `Function ${definition.slug} is paused, or busy with its only run: run ${outcome.runId} was skipped.`,
            { runId: outcome.runId },
          );
        case "rate_limited":
          return sendV2Error(
            reply,
            422,
            "rate_limited",
            `The rate limit of function ${definition.slug} has no room now.`,
          );
        case "gathered":
          return sendV2Error(
            reply,
            422,
            "function_debounced",
            `Function ${definition.slug} gathers events: event ${outcome.eventId} will be part of a run made later.`,
            { eventId: outcome.eventId },
          );
        case "refused": {
          const error = new HoldfastError(outcome.code, outcome.message);
          return sendV2Error(reply, statusOf(error.code), v2CodeOf(error), error.message);
        }
      }
    },
  );
}

function dataIn(body: Fields): Fields {
  const data = field(body, "data");
  if (data === undefined) throw missingField("data");
  if (typeof data !== "object" || data === null || Array.isArray(data))
    throw badField("data", "must be an object");
  // What may be in it is for the event API's rules to check.
  return data as Fields;
}

import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { parseFields } from "./body.ts";
import { sendError } from "./errors.ts";
import { runIdOf } from "./run-id.ts";

/** What of a target says more closely which step is meant, and means nothing without it. */
const NEED_STEP = ["step_index", "step_attempt", "span_id"] as const;

/**
 * `POST /v1/runs/:id/metadata`: attaches facts to a run from outside. The target is checked; storing is not possible yet,
 * which the protocol knows as a feature that is off (403). Metadata that a step reports with its result is kept.
 */
export function runMetadataRoutes(app: FastifyInstance): void {
  app.post<{ Params: { id: string } }>(
    "/v1/runs/:id/metadata",
    { config: { access: "signing-key", permission: null, isForApps: true } },
    (request, reply) => {
      runIdOf(request.params.id);
      const { metadata, target } = parseFields(request.body);
      if (!Array.isArray(metadata)) throw new HoldfastError("request_invalid", "metadata must be a list.");
      if (typeof target !== "object" || target === null || Array.isArray(target))
        throw new HoldfastError("request_invalid", "target must be an object.");
      // Any object's members may be looked up by name.
      const fields = target as Readonly<Record<string, unknown>>;
      const closer = NEED_STEP.find((name) => fields[name] !== undefined);
      if (closer !== undefined && fields["step_id"] === undefined)
        throw new HoldfastError("request_invalid", `target.${closer} needs target.step_id beside it.`);
      return sendError(
        reply,
        new HoldfastError(
          "forbidden",
          "This version of Holdfast does not take metadata of runs from outside.",
          {
            next: "Report metadata with a step instead.",
          },
        ),
      );
    },
  );
}

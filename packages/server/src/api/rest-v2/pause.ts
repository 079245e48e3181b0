import type { FastifyInstance } from "fastify";
import { actOf } from "../acting.ts";
import type { ApiContext } from "../context.ts";
import { functionNamed, publicFunctionId } from "./lookup.ts";
import { enveloped, message } from "./message.ts";
import { v2Route } from "./route.ts";

type OfFunction = { Params: { appId: string; functionId: string } };

/**
 * `POST /apps/{appId}/functions/{functionId}/pause` and `…/resume`, which are Holdfast's own (wire-protocol 14.10). Either
 * may be asked for again: `changed` says whether it made a difference.
 */
export function pauseV2(app: FastifyInstance, { audit, clock, queue, registry }: ApiContext): void {
  for (const act of ["pause", "resume"] as const) {
    app.post<OfFunction>(
      `/apps/:appId/functions/:functionId/${act}`,
      v2Route("runs.act"),
      async (request) => {
        const { appId, functionId } = request.params;
        const definition = functionNamed(registry, appId, functionId);
        const changed = await queue[act](
          definition.id,
          actOf(request, audit, `function.${act}d`, { type: "function", id: definition.slug, name: null }),
        );
        return enveloped(
          clock.now(),
          message({
            id: publicFunctionId(definition),
            slug: definition.slug,
            isPaused: act === "pause",
            changed,
          }),
        );
      },
    );
  }
}

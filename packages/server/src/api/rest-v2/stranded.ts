import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { parseFields } from "../body.ts";
import { MASKED } from "../payload-view.ts";
import { actOf } from "../acting.ts";
import type { ApiContext } from "../context.ts";
import { missingField } from "./errors.ts";
import { enveloped } from "./message.ts";
import { runIdIn } from "./path-ids.ts";
import type { Fields } from "./query.ts";
import { limitField, wordField } from "./query.ts";
import { v2Route } from "./route.ts";
import { sendEnded } from "./run-acts.ts";
import { shapedRun } from "./run-list.ts";

/** `GET /runs/stranded`, runs that stand still and why, and `POST /runs/{runId}/rescue`. Both are Holdfast's own. */
export function strandedV2(app: FastifyInstance, context: ApiContext): void {
  const { clock, executor } = context;

  app.get<{ Querystring: Fields }>("/runs/stranded", v2Route("runs.read"), async (request) => {
    const limit = limitField(request.query, { usual: 20, max: 100 });
    const found = await executor.stranded(limit);
    const shapes = await Promise.all(
      found.map(async ({ run, why }) => ({
        ...(await shapedRun({ run, end: null }, context, false, MASKED)),
        why: why.toUpperCase(),
      })),
    );
    // There is no cursor: rescue what is shown, and ask again.
    return enveloped(clock.now(), shapes, { cursor: null, hasMore: false, limit });
  });

  app.post<{ Params: { runId: string } }>(
    "/runs/:runId/rescue",
    v2Route("runs.act"),
    async (request, reply) => {
      const runId = runIdIn(request.params);
      const act = wordField(parseFields(request.body), "act", ["resume", "fail"]);
      if (act === null) throw missingField("act");
      switch (
        await executor.rescue(
          runId,
          act,
          actOf(
            request,
            context.audit,
            "run.rescued",
            { type: "run", id: runId, name: null },
            { act: { from: null, to: act } },
          ),
        )
      ) {
        case "done":
          return enveloped(clock.now(), { runId });
        case "unknown":
          throw new HoldfastError("not_found", `Run not found: ${runId}`);
        case "ended":
          return sendEnded(reply, runId, false);
      }
    },
  );
}

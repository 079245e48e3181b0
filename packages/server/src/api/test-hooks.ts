import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "./context.ts";

/**
 * `POST /test/function/pause` and `…/resume` with `?fnId=`: what test suites written for this protocol use (wire-protocol
 * 23.4). Absent in production.
 */
export function testHookRoutes(app: FastifyInstance, { mode, queue, registry }: ApiContext): void {
  if (mode !== "dev") return;
  for (const act of ["pause", "resume"] as const) {
    app.post<{ Querystring: { fnId?: string } }>(
      `/test/function/${act}`,
      { config: { access: "signing-key", permission: null } },
      async (request, reply) => {
        const { fnId = "" } = request.query;
        const definition = registry.functions().find((one) => one.id === fnId || one.slug === fnId);
        if (definition === undefined)
          throw new HoldfastError("not_found", `Function not found: ${fnId.slice(0, 200)}`);
        await queue[act](definition.id);
        return reply.type("text/plain").send("ok");
      },
    );
  }
}

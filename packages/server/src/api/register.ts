import { Header, HoldfastError, LIMITS } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { parseFields } from "./body.ts";
import { syncChanges } from "#registry";
import { actOf } from "./acting.ts";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";

/** `POST /fn/register` and `DELETE /fn/remove`: what apps register (wire-protocol 4.3 to 4.6). */
export function registerRoutes(app: FastifyInstance, context: ApiContext): void {
  const { audit, clock, keys, registry } = context;
  const kind = context.mode === "dev" ? "dev" : "cloud";

  app.post(
    "/fn/register",
    {
      config: { access: "signing-key", permission: null, isForApps: true },
      bodyLimit: LIMITS.registrationBytes,
    },
    async (request, reply) => {
      const expected = request.headers[Header.expectedServerKind];
      if (typeof expected === "string" && expected !== "" && expected !== kind) {
        return sendError(
          reply,
          new HoldfastError(
            "server_kind_mismatch",
            `Expected server kind ${expected.slice(0, 20)}, got ${kind}`,
          ),
        );
      }
      const registration = parseFields(request.body);
      const outcome = await registry.register(registration, clock.now(), ({ app: name, url, ...functions }) =>
        actOf(
          request,
          audit,
          "app.synced",
          { type: "app", id: name, name: null },
          syncChanges({ url, ...functions }),
        ),
      );
      const shown = keys.other === null ? null : keys.checkBearer(request.headers.authorization);
      if (outcome.ok && shown?.ok === true && shown.keyId !== null)
        keys.observe({ app: outcome.app.name, worker: request.ip, keyId: shown.keyId, how: "sync" });
      if (outcome.ok) return { app_id: outcome.app.id, modified: outcome.modified, ok: true, status: 200 };
      const { code, functions, message } = outcome;
      return reply.code(400).send({ code, data: { functions }, error: message, status: 400 });
    },
  );

  app.delete<{ Querystring: { url?: string } }>(
    "/fn/remove",
    { config: { access: "signing-key", permission: null } },
    async (request, reply) => {
      const url = request.query.url ?? "";
      if (
        await registry.removeByUrl(
          url,
          clock.now(),
          actOf(request, audit, "app.removed", { type: "app", id: url.slice(0, 200), name: null }),
        )
      )
        return { ok: true, status: 200 };
      return sendError(reply, new HoldfastError("not_found", `App not found: ${url.slice(0, 200)}`));
    },
  );
}

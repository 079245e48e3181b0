import { HoldfastError, LIMITS } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { FunctionDefinition, Registry } from "#registry";
import { noteCallersAct } from "./acting.ts";
import { parseFields } from "./body.ts";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";

/**
 * `POST /invoke/:slug`: starts one function with the event in the body, whose name does not matter (wire-protocol 2.7).
 * The slug is `<app>-<function>`; where only one app has such a function, its id alone will do.
 */
export function invokeRoutes(app: FastifyInstance, { audit, executor, ingest, registry }: ApiContext): void {
  app.post<{ Params: { slug: string } }>(
    "/invoke/:slug",
    { config: { access: "signing-key", permission: "runs.act" }, bodyLimit: LIMITS.eventBytes },
    async (request, reply) => {
      const definition = functionCalled(request.params.slug, registry);
      const body = parseFields(request.body);
      const user = objectIn(body, "user");
      const { id } = body;
      if (id !== undefined && id !== null && typeof id !== "string")
        throw new HoldfastError("request_invalid", "id must be text.");
      const outcome = await ingest.invoke({
        definition,
        data: objectIn(body, "data") ?? {},
        ...(user === null ? {} : { user }),
        ...(typeof id === "string" && id !== "" ? { idempotencyKey: id } : {}),
      });
      if (outcome.kind === "started" || outcome.kind === "gathered")
        noteCallersAct(request, audit, "function.invoked", {
          type: "function",
          id: definition.slug,
          name: null,
        });
      switch (outcome.kind) {
        case "started":
        case "gathered":
          return { id: outcome.eventId, status: 200 };
        case "skipped":
          return { id: (await executor.view(outcome.runId))?.run.eventId, status: 200 };
        case "duplicate":
          return sendError(
            reply,
            new HoldfastError(
              "conflict",
              `The id ${JSON.stringify(id)} was used already${outcome.runId === null ? "" : `, by run ${outcome.runId}`}.`,
            ),
            outcome.runId === null ? undefined : { run_id: outcome.runId },
          );
        case "rate_limited":
          return sendError(
            reply,
            new HoldfastError(
              "rate_limited",
              `The rate limit of function ${definition.slug} has no room now.`,
            ),
          );
        case "refused":
          return sendError(reply, new HoldfastError(outcome.code, outcome.message));
      }
    },
  );
}

/** @throws HoldfastError `not_found`, and `request_invalid` for an id that several apps have */
function functionCalled(slug: string, registry: Registry): FunctionDefinition {
  const exact = registry.functionBySlug(slug);
  if (exact !== null && !exact.archived) return exact;
  const found = registry.functions().filter((one) => !one.archived && one.slug === `${one.appName}-${slug}`);
  const [definition] = found;
  const shown = slug.slice(0, 200);
  if (definition === undefined) throw new HoldfastError("not_found", `Function not found: ${shown}`);
  if (found.length > 1) {
    const slugs = found.map((one) => one.slug).slice(0, 5);
    throw new HoldfastError("request_invalid", `Several apps have a function ${shown}: ${slugs.join(", ")}.`);
  }
  return definition;
}

function objectIn(
  body: Readonly<Record<string, unknown>>,
  field: string,
): Readonly<Record<string, unknown>> | null {
  const value = body[field] ?? null;
  if (value === null) return null;
  if (typeof value !== "object" || Array.isArray(value))
    throw new HoldfastError("request_invalid", `${field} must be an object.`);
  // What may be in it is for the event API's rules to check.
  return value as Readonly<Record<string, unknown>>;
}

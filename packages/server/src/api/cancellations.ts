import { HoldfastError, isHoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import type { Expression } from "#expressions";
import { compileExpression } from "#expressions";
import type { CancelManyRequest } from "#executor";
import type { CancellationRecord } from "#store";
import { parseFields } from "./body.ts";
import { actOf } from "./acting.ts";
import { refusalFor } from "./callers/authorise-caller.ts";
import type { ApiContext } from "./context.ts";
import { sendError } from "./errors.ts";
import { ACCOUNT_ID } from "./fixed-ids.ts";
import type { PayloadView } from "./payload-view.ts";
import { payloadView, SHOWN } from "./payload-view.ts";
import { v1Enveloped } from "./v1-envelope.ts";

/** How far `started_before` may lie in the future: clocks differ (wire-protocol section 19). */
const TOLERANCE_MS = 5000;

/** `/v1/cancellations`: cancels all runs of a function that started in a stretch of time (wire-protocol 15.5). */
export function cancellationRoutes(app: FastifyInstance, context: ApiContext): void {
  const { audit, clock, environment, executor, registry } = context;
  const reading = { config: { access: "signing-key", permission: "runs.read" } } as const;
  const acting = { config: { access: "signing-key", permission: "runs.act" } } as const;
  /** One rule ends any number of runs. */
  const creating = { config: { ...acting.config, needsFresh: true } } as const;

  app.post("/v1/cancellations", creating, async (request, reply) => {
    const body = parseFields(request.body);
    const filter = filterIn(body);
    // Which runs it ends says what is in their events, to whoever may not look into them.
    const refusal =
      filter === null || request.caller === null
        ? null
        : refusalFor(request.caller, "payloads.read", { audit, environment });
    if (refusal !== null) throw refusal;
    const appName = required(body, "app_id");
    const slug = required(body, "function_id");
    const definition =
      registry.functions().find((one) => one.appName === appName && one.slug === slug) ??
      registry.functions().find((one) => one.appName === appName && one.slug === `${appName}-${slug}`);
    if (definition === undefined) {
      return sendError(
        reply,
        new HoldfastError(
          "not_found",
          `Function not found: app ${appName.slice(0, 200)} has no ${slug.slice(0, 200)}`,
        ),
      );
    }
    const added = await executor.cancelMany({
      definition,
      ...periodIn(body, clock.now()),
      filter,
      audit: actOf(request, audit, "cancellation.created", {
        type: "function",
        id: definition.slug,
        name: null,
      }),
    });
    return v1Enveloped(clock.now(), cancellationShape(added, definition.slug, environment.id, SHOWN));
  });

  app.get("/v1/cancellations", reading, async (request) => {
    const view = payloadView(request, context, { type: "api", id: "cancellations" });
    const rules = await executor.cancellations();
    return v1Enveloped(
      clock.now(),
      rules.map((rule) =>
        cancellationShape(rule, registry.function(rule.functionId)?.slug ?? null, environment.id, view),
      ),
    );
  });

  app.delete<{ Params: { id: string } }>("/v1/cancellations/:id", acting, async (request, reply) => {
    if (
      await executor.removeCancellation(
        request.params.id,
        actOf(request, audit, "cancellation.deleted", {
          type: "cancellation",
          id: request.params.id,
          name: null,
        }),
      )
    )
      return v1Enveloped(clock.now(), { ok: true });
    return sendError(
      reply,
      new HoldfastError("not_found", `Cancellation not found: ${request.params.id.slice(0, 100)}`),
    );
  });
}

type Fields = Readonly<Record<string, unknown>>;

function required(body: Fields, field: string): string {
  const value = body[field];
  if (typeof value === "string" && value !== "") return value;
  throw new HoldfastError("request_invalid", `The body must have ${field}, as text.`);
}

function periodIn(body: Fields, now: number): Pick<CancelManyRequest, "startedAfter" | "startedBefore"> {
  const startedBefore = instantOf(required(body, "started_before"), "started_before");
  if (startedBefore > now + TOLERANCE_MS)
    throw new HoldfastError("request_invalid", "started_before must not lie in the future.");
  const after = body["started_after"] ?? null;
  if (after === null) return { startedAfter: null, startedBefore };
  const startedAfter = instantOf(required(body, "started_after"), "started_after");
  if (startedAfter >= startedBefore)
    throw new HoldfastError("request_invalid", "started_after must lie before started_before.");
  return { startedAfter, startedBefore };
}

function instantOf(text: string, field: string): number {
  const instant = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant))
    throw new HoldfastError("request_invalid", `${field} is not a date of RFC 3339.`);
  return instant;
}

function filterIn(body: Fields): Expression | null {
  const source = body["if"] ?? null;
  if (source === null || source === "") return null;
  if (typeof source !== "string")
    throw new HoldfastError("request_invalid", "if must be an expression, as text.");
  try {
    return compileExpression(source, "filter");
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    throw new HoldfastError("request_invalid", `invalid expression: ${error.message}`, { cause: error });
  }
}

/** A cancellation as v1 shows it (section 19). */
function cancellationShape(
  rule: CancellationRecord,
  slug: string | null,
  environmentId: string,
  view: PayloadView,
): unknown {
  return {
    created_at: new Date(rule.createdAt).toISOString(),
    name: rule.id,
    id: rule.id,
    account_id: ACCOUNT_ID,
    environment_id: environmentId,
    app_id: rule.appName,
    function_internal_id: rule.functionId,
    function_id: slug ?? rule.functionId,
    started_after: rule.startedAfter === null ? null : new Date(rule.startedAfter).toISOString(),
    started_before: new Date(rule.startedBefore).toISOString(),
    ...(rule.expression === null ? {} : { if: view.value(rule.expression) }),
    kind: "bulk_run",
    cause: "api",
    queue_name: "",
  };
}

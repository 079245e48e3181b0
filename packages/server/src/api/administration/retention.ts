import type { EventId, FunctionId, RunId } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { HoldScope, LegalHold, RetentionPolicy } from "#retention";
import { parseFields } from "../body.ts";
import { actsOf } from "./acts-of.ts";
import { authorityOf } from "./authority-of.ts";
import type { AdministrationContext, EnvironmentActs, InEnvironment } from "./context.ts";
import { instant, listField, textField, wantedText } from "./fields.ts";

const ROOT = "/holdfast/v1/admin/environments/:environment";
const reading = { config: { access: "operator", permission: "retention.read", audit: null } } as const;

/** How long an environment's past is kept, what must be kept, and erasing one subject's data. */
export function retentionRoutes(app: FastifyInstance, context: AdministrationContext): void {
  app.get(`${ROOT}/retention`, reading, async (request: InEnvironment) => ({
    data: policyShape((await actsOf(context, request)).retention.policy()),
  }));

  app.put(
    `${ROOT}/retention`,
    { config: { access: "operator", permission: "retention.manage", audit: "retention.changed" } },
    async (request: InEnvironment) => {
      const acts = await actsOf(context, request);
      const fields = parseFields(request.body);
      const named = textField(fields, "function");
      const fn = named === null ? null : functionOf(acts, named);
      const policy = await acts.retention.setDays(authorityOf(request), fn, daysField(fields["days"]));
      return { data: policyShape(policy) };
    },
  );

  app.post(
    `${ROOT}/retention/sweep`,
    { config: { access: "operator", permission: "retention.manage", audit: "data.swept" } },
    async (request: InEnvironment) => ({
      data: await (await actsOf(context, request)).retention.sweep(authorityOf(request)),
    }),
  );

  app.get(`${ROOT}/legal-holds`, reading, async (request: InEnvironment) => ({
    data: (await actsOf(context, request)).retention.holds().map(holdShape),
  }));

  app.post(
    `${ROOT}/legal-holds`,
    { config: { access: "operator", permission: "retention.manage", audit: "legal_hold.placed" } },
    async (request: InEnvironment) => {
      const acts = await actsOf(context, request);
      const fields = parseFields(request.body);
      const reason = wantedText(fields, "reason");
      const scope = scopeOf(acts, textField(fields, "function"), textField(fields, "run"));
      return { data: holdShape(await acts.retention.placeHold(authorityOf(request), scope, reason)) };
    },
  );

  app.post(
    `${ROOT}/legal-holds/:id/lift`,
    { config: { access: "operator", permission: "retention.manage", audit: "legal_hold.lifted" } },
    async (request: FastifyRequest<{ Params: { environment: string; id: string } }>) => {
      const { retention } = await actsOf(context, request);
      const { id } = request.params;
      await retention.liftHold(authorityOf(request), id, wantedText(parseFields(request.body), "reason"));
      return { data: { id } };
    },
  );

  app.post(
    `${ROOT}/erasures`,
    { config: { access: "operator", permission: "data.erase", audit: "data.erased" } },
    async (request: InEnvironment) => {
      const { retention } = await actsOf(context, request);
      const fields = parseFields(request.body);
      const receipt = await retention.erase(authorityOf(request), {
        values: listField(fields, "values") ?? [],
        // What is no event's id finds none.
        events: (listField(fields, "events") ?? []) as readonly EventId[],
        reason: wantedText(fields, "reason"),
      });
      return { data: receipt };
    },
  );
}

/** @throws HoldfastError `not_found` */
function functionOf(acts: EnvironmentActs, named: string): FunctionId {
  const fn = acts.functionNamed(named);
  if (fn !== null) return fn;
  throw new HoldfastError("not_found", `There is no function "${named.slice(0, 80)}" in this environment.`);
}

function scopeOf(acts: EnvironmentActs, fn: string | null, run: string | null): HoldScope {
  if (fn !== null && run !== null)
    throw new HoldfastError("request_invalid", "A hold keeps a function or a run, not both: place two.");
  if (fn !== null) return { kind: "function", id: functionOf(acts, fn) };
  // A hold may be placed before anybody looks whether the run is still there.
  return run === null ? { kind: "environment" } : { kind: "run", id: run as RunId };
}

function daysField(value: unknown): number | null | "inherit" {
  if (value === null || value === "inherit" || typeof value === "number") return value;
  throw new HoldfastError("request_invalid", 'days must be a number, null for ever, or "inherit".');
}

function policyShape({ days, functions }: RetentionPolicy): unknown {
  return { days, functions };
}

function holdShape({ id, placedAt, placedBy, reason, scope }: LegalHold): unknown {
  return {
    id,
    scope: scope.kind,
    of: scope.kind === "environment" ? null : scope.id,
    reason,
    placed_at: instant(placedAt),
    placed_by: placedBy,
  };
}

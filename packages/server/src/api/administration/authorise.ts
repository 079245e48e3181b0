import type { AuditAct, Grant, GrantPlace } from "@holdfast/protocol";
import { decideAny, HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { EnvironmentAdministration } from "#environments";
import { sendError } from "../errors.ts";
import { unknownEnvironment } from "./acts-of.ts";
import { authorityOf, grantsOf } from "./authority-of.ts";
import type { AdministrationContext } from "./context.ts";

/**
 * Lets operators do what they were given, and tells them of no environment in which they were given nothing. The one place
 * where that is decided: every route says which permission it takes, and where is read from its path.
 */
export function authorise(
  app: FastifyInstance,
  { audit, environments }: Pick<AdministrationContext, "audit" | "environments">,
): void {
  app.addHook("onRequest", async (request, reply) => {
    const { isFiltered = false, permission } = request.routeOptions.config;
    if (request.is404) return;
    if (permission == null)
      throw new Error("A request reached an operators' route that says not what it takes");
    const grants = grantsOf(request);
    const place = placeOf(request, environments);
    const given = isFiltered ? grants.map((grant) => ({ ...grant, environments: null })) : grants;
    const decision = decideAny(given, permission, place);
    const { scopes } = request;
    if (decision === "allowed" && scopes !== null && !scopes.includes(permission)) {
      audit.note(denied(request, place, `scope ${permission}`));
      return sendError(
        reply,
        new HoldfastError(
          "insufficient_scope",
          `The token is good for other things: this takes ${permission}.`,
        ),
      );
    }
    if (decision === "allowed") return;
    audit.note(denied(request, place, decision === "hidden" ? "environment" : permission));
    if (decision === "hidden" && place !== null) return sendError(reply, unknownEnvironment(place.name));
    return sendError(
      reply,
      new HoldfastError("forbidden", `${rolesOf(grants)} may not do this here: it takes ${permission}.`, {
        next: "Ask an owner for a token that may, or see which role may in docs/reference/roles.md.",
      }),
    );
  });
}

/** The roles somebody has, in words. */
function rolesOf(grants: readonly Grant[]): string {
  const roles = [...new Set(grants.map(({ role }) => `"${role}"`))];
  if (roles.length === 0) return "Who has no role";
  return roles.length === 1 ? `The role ${roles[0]}` : `The roles ${roles.join(" and ")}`;
}

/** Null: the installation itself. Of an environment that there is not, its name alone is known. */
function placeOf({ params }: FastifyRequest, environments: EnvironmentAdministration): GrantPlace | null {
  // The router makes one text of each parameter.
  const { environment: name } = params as { readonly environment?: string };
  if (name === undefined) return null;
  return environments.get(name) ?? { name, family: null };
}

function denied(request: FastifyRequest, place: GrantPlace | null, reason: string): AuditAct {
  return {
    action: "access.denied",
    authority: authorityOf(request),
    targets: [
      place === null
        ? { type: "api", id: "administration", name: null }
        : { type: "environment", id: place.name.slice(0, 80), name: null },
    ],
    result: "denied",
    reason,
    changes: {},
  };
}

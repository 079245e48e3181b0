import type { AuditAct, GrantPlace, Permission } from "@holdfast/protocol";
import { decideAny, HoldfastError } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import type { AuditLog } from "#audit";
import type { EnvironmentRecord } from "#environments";
import type { Caller } from "./caller.ts";

/**
 * Whether a caller's grants and scopes allow something in an environment: `allowed`, or what it lacks, `grant` or `scope`. Pure.
 */
export function mayHere(
  { grants, scopes }: Pick<Caller, "grants" | "scopes">,
  permission: Permission,
  environment: GrantPlace,
): "allowed" | "grant" | "scope" {
  if (decideAny(grants, permission, environment) !== "allowed") return "grant";
  return scopes === null || scopes.includes(permission) ? "allowed" : "scope";
}

/**
 * Holds whoever the door of the environments let in to what the route takes. The one place where an environment's API decides that;
 * null: they may. What is refused is in the environment's own log.
 */
export function refusalOfCaller(
  request: FastifyRequest,
  caller: Caller,
  { audit, environment }: { readonly audit: AuditLog; readonly environment: EnvironmentRecord },
): HoldfastError | null {
  const { needsFresh = false, permission = null } = request.routeOptions.config;
  if (permission === null) {
    audit.note(deniedAct(caller, environment, "signing key"));
    return new HoldfastError("forbidden", "Only apps do this: it takes a signing key of the environment.");
  }
  const refusal = refusalFor(caller, permission, { audit, environment });
  if (refusal !== null) return refusal;
  if (needsFresh && caller.signedIn?.isFresh === false)
    return new HoldfastError("reauthentication_required", "This asks you to prove again who you are.");
  return null;
}

/** The same for one permission, whatever the route takes. */
export function refusalFor(
  caller: Caller,
  permission: Permission,
  { audit, environment }: { readonly audit: AuditLog; readonly environment: EnvironmentRecord },
): HoldfastError | null {
  const verdict = mayHere(caller, permission, environment);
  if (verdict === "allowed") return null;
  const isScope = verdict === "scope";
  audit.note(deniedAct(caller, environment, isScope ? `scope ${permission}` : permission));
  return isScope
    ? new HoldfastError("insufficient_scope", `The token is good for other things: this takes ${permission}.`)
    : new HoldfastError("forbidden", `This takes ${permission}, which was not given here.`, {
        next: "Ask an owner for it, or see which role has it in docs/reference/roles.md.",
      });
}

function deniedAct({ authority }: Caller, { name }: EnvironmentRecord, reason: string): AuditAct {
  return {
    action: "access.denied",
    authority,
    targets: [{ type: "environment", id: name, name: null }],
    result: "denied",
    reason,
    changes: {},
  };
}

import type { AuditAct, AuditAction, AuditTarget, Authority } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import type { AuditDrafter, AuditLog } from "#audit";
import type { AuditDraft } from "#store";

declare module "fastify" {
  interface FastifyRequest {
    /** Which signing key the request showed, by its id; null where none was asked for. */
    keyId: string | null;
  }
}

/** On whose authority a request to an environment is made: that of the person, account or operator, or of whoever has the key. */
export function actingAuthority(request: FastifyRequest): Authority {
  const { caller, keyId } = request;
  if (caller !== null) return caller.authority;
  const actor =
    keyId === null
      ? ({ type: "anonymous", id: "anonymous", name: null, keyId: null } as const)
      : ({ type: "app", id: keyId, name: null, keyId } as const);
  return {
    actor,
    context: {
      address: request.ip,
      userAgent: request.headers["user-agent"] ?? null,
      requestId: request.id,
      via: "api",
    },
  };
}

/** The entry of an act that a request asks for, to be committed with it. */
export function actOf(
  request: FastifyRequest,
  audit: AuditDrafter,
  action: AuditAction,
  target: AuditTarget,
  changes: AuditAct["changes"] = {},
): readonly [AuditDraft] {
  const authority = actingAuthority(request);
  return [audit.draft({ action, authority, targets: [target], result: "success", reason: null, changes })];
}

/**
 * Notes what people and tokens do here now and then, and apps all the time: of requests that show a key the log says nothing.
 */
export function noteCallersAct(
  request: FastifyRequest,
  audit: Pick<AuditLog, "note">,
  action: AuditAction,
  target: AuditTarget,
): void {
  if (request.caller === null) return;
  const { authority } = request.caller;
  audit.note({ action, authority, targets: [target], result: "success", reason: null, changes: {} });
}

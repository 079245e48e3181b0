import type { AuditAct, AuditAction, AuditTarget, Authority } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import type { AuditDrafter } from "#audit";
import type { AuditDraft } from "#store";

declare module "fastify" {
  interface FastifyRequest {
    /** Which signing key the request showed, by its id; null where none was asked for. */
    keyId: string | null;
  }
}

/** On whose authority a request with a signing key is made: that of whoever has the key. */
export function keyAuthority(request: FastifyRequest): Authority {
  const { keyId } = request;
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

/** The entry of an act that a request with a signing key asks for, to be committed with it. */
export function actOf(
  request: FastifyRequest,
  audit: AuditDrafter,
  action: AuditAction,
  target: AuditTarget,
  changes: AuditAct["changes"] = {},
): readonly [AuditDraft] {
  const authority = keyAuthority(request);
  return [audit.draft({ action, authority, targets: [target], result: "success", reason: null, changes })];
}

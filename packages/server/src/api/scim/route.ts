import type { AuditAction } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import type { ScimContext } from "./context.ts";

/** Below this, everything is a directory's: the part after it names the connection. */
export const SCIM_ROOT = "/scim/v2";

/** Bytes of a body. */
export const BODY_BYTES_MAX = 256 * 1024;

/** A route that a directory reads by. */
export const READING = { config: { access: "directory", audit: null }, bodyLimit: BODY_BYTES_MAX } as const;

/** A route that a directory changes something by. */
export function writing(audit: AuditAction) {
  return { config: { access: "directory", audit }, bodyLimit: BODY_BYTES_MAX } as const;
}

/** The connection that a path names; empty when it names none. */
export function connectionOf({ params }: FastifyRequest): string {
  return (params as { readonly connection?: string } | undefined)?.connection ?? "";
}

/** URL of a connection's SCIM, without a slash at its end. */
export function baseOf(request: FastifyRequest, { publicUrl }: ScimContext): string {
  return `${publicUrl().replace(/\/$/, "")}${SCIM_ROOT}/${encodeURIComponent(connectionOf(request))}`;
}

import type { AuditContext, Authority } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import type { AuditLog } from "#audit";
import type { ScimDirectory } from "#scim";
import type { AppWorld } from "../app.ts";

/** Who asks: the directory of a connection, and on whose authority it changes something. */
export interface ScimCaller {
  readonly directory: ScimDirectory;
  readonly authority: Authority;
}

/** What the routes of directories need of the rest of the house. */
export interface ScimContext extends AppWorld {
  /** The installation's log. */
  readonly audit: Pick<AuditLog, "note">;
  /** Where directories reach this server; known once it listens. */
  readonly publicUrl: () => string;
  /**
   * Whose token it is. Null alike: there is no such connection, the token is another connection's or of another kind, it is revoked,
   * or it is none.
   *
   * @param authorization the header as it came; undefined when there is none
   * @param from from where, for the authority
   */
  authenticate(
    connection: string,
    authorization: string | undefined,
    from: AuditContext,
  ): Promise<ScimCaller | null>;
  /** Revokes a directory's token that stood in a URL, if it is one. */
  leaked(token: string, by: Authority): Promise<void>;
}

declare module "fastify" {
  interface FastifyRequest {
    /** The directory that asks. Null until it is known. */
    scimCaller: ScimCaller | null;
  }
}

/** The directory that asks. The door let nobody else to a route. */
export function callerOf(request: FastifyRequest): ScimCaller {
  if (request.scimCaller === null) throw new Error("A request reached a route of SCIM without its directory");
  return request.scimCaller;
}

import type { FastifyRequest } from "fastify";
import type { AuditContext } from "@holdfast/protocol";
import type { AuditLog } from "#audit";
import type { Identity, SignedIn } from "#identity";
import type { AppWorld } from "../app.ts";

/** What the routes of people need of the rest of the house. */
export interface IdentityContext extends AppWorld {
  readonly identity: Identity;
  /** The installation's log. */
  readonly audit: AuditLog;
  /** Where people reach this server; known once it listens. */
  readonly publicUrl: () => string;
  /** What people call this installation. */
  readonly instance: string;
  /** Whether links can be sent by mail. */
  readonly hasMail: boolean;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Who is signed in in the browser that asks. Null: nobody, or nobody was asked for. */
    signedIn: SignedIn | null;
  }
}

/** Who is signed in. The door let nobody else to such a route. */
export function signedInOf(request: FastifyRequest): SignedIn {
  if (request.signedIn === null) throw new Error("A request reached a person's route without a person");
  return request.signedIn;
}

/** From where a request comes, as the log has it. */
export function contextOf(request: FastifyRequest): AuditContext {
  return {
    address: request.ip,
    userAgent: request.headers["user-agent"]?.slice(0, 400) ?? null,
    requestId: request.id,
    via: "api",
  };
}

import type { Authority, FunctionId, Grant, Permission } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";
import type { EgressPolicyAdministration } from "#egress";
import type { EnvironmentAdministration } from "#environments";
import type { AppWorld } from "../app.ts";
import type { AuditAdministration, AuditLog, AuditSinkAdministration } from "#audit";
import type { EventKeyAdministration, OperatorTokens, SigningKeyAdministration } from "#keys";
import type { Identity } from "#identity";
import type { Mail } from "#mail";
import type { RetentionAdministration } from "#retention";
import type { VaultAdministration } from "#vault";

/** What operators may do with one environment. Each room hands in its own part. */
export interface EnvironmentActs {
  /** Null in development, where nobody is asked for a key. */
  readonly signingKeys: SigningKeyAdministration | null;
  readonly eventKeys: EventKeyAdministration | null;
  /** The first signing key of a new environment, once; null afterwards, and where there is none of its own. */
  takeFirstKey(): string | null;
  readonly audit: AuditAdministration;
  readonly egress: EgressPolicyAdministration;
  /** Where apps may be called beside the origin each has. */
  readonly origins: { approve(by: Authority, app: string, origin: string): Promise<void> };
  readonly vault: VaultAdministration;
  readonly retention: RetentionAdministration;
  /** A function by its id, or its slug (`<app>-<function>`); null: there is none. */
  functionNamed(named: string): FunctionId | null;
}

/** What the routes of operators need of the rest of the house. */
export interface AdministrationContext extends AppWorld {
  readonly identity: Identity;
  /** Where people reach this server; known once it listens. */
  readonly publicUrl: () => string;
  /** What people call this installation. */
  readonly instance: string;
  /** Null: this server sends no mail. */
  readonly mail: Mail | null;
  /** Reads metadata of an identity provider from its address. @throws HoldfastError */
  readonly fetchMetadata: (url: string) => Promise<string>;
  readonly operators: OperatorTokens;
  readonly environments: EnvironmentAdministration;
  /** Of an environment that is open, or of one in the archive; null: there is none of this name. */
  acts(environment: string): Promise<EnvironmentActs | null>;
  /** The installation's log. */
  readonly audit: AuditLog & AuditAdministration;
  /** Where every log goes. */
  readonly sinks: AuditSinkAdministration;
  /** The installation's secrets. */
  readonly vault: VaultAdministration;
}

declare module "fastify" {
  interface FastifyRequest {
    /** On whose authority a request to an operators' route is made. */
    authority: Authority | null;
    /** What whoever makes it was given. */
    grants: readonly Grant[] | null;
    /** Beyond these it may nothing; null: all that its grants give. */
    scopes: readonly Permission[] | null;
  }
}

/** The environment that a route names: `/holdfast/v1/admin/environments/:environment/…`. */
export type InEnvironment = FastifyRequest<{ Params: { environment: string } }>;

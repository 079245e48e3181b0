import type { FastifyInstance } from "fastify";
import type { EnvironmentKind } from "#environments";
import type { ApiContext } from "../context.ts";
import { enveloped } from "./message.ts";
import { v2Route } from "./route.ts";

/** What the protocol calls each kind (wire-protocol 20). */
const TYPES: Readonly<Record<EnvironmentKind, string>> = {
  production: "PRODUCTION",
  dev: "TEST",
  custom: "TEST",
  branches: "BRANCH_PARENT",
  branch: "BRANCH",
};

/** `GET /envs`: the environment whose key was shown. Of others it does not say that they exist. */
export function envsV2(app: FastifyInstance, { clock, environment: { id, kind, name } }: ApiContext): void {
  app.get("/envs", v2Route("environments.read"), () => {
    const environment = {
      id,
      name,
      type: TYPES[kind],
    };
    return enveloped(clock.now(), [environment], { cursor: null, hasMore: false, limit: 20 });
  });
}

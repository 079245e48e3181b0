import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { ENVIRONMENT_ID } from "../fixed-ids.ts";
import { enveloped } from "./message.ts";
import { V2_ROUTE } from "./route.ts";

/** `GET /envs`: the one environment of the server. */
export function envsV2(app: FastifyInstance, { clock, mode, registry }: ApiContext): void {
  app.get("/envs", V2_ROUTE, () => {
    const environment = {
      id: ENVIRONMENT_ID,
      name: registry.environment,
      type: mode === "dev" ? "TEST" : "PRODUCTION",
    };
    return enveloped(clock.now(), [environment], { cursor: null, hasMore: false, limit: 20 });
  });
}

import type { FastifyInstance } from "fastify";
import { enveloped } from "./message.ts";
import type { ApiContext } from "../context.ts";
import { V2_ROUTE } from "./route.ts";

/** `GET /health`: that the server answers. */
export function healthV2(app: FastifyInstance, { clock }: ApiContext): void {
  app.get("/health", V2_ROUTE, () => enveloped(clock.now(), { status: "ok" }));
}

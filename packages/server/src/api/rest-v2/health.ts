import type { FastifyInstance } from "fastify";
import { enveloped } from "./message.ts";
import type { ApiContext } from "../context.ts";
import { v2Route } from "./route.ts";

/** `GET /health`: that the server answers. */
export function healthV2(app: FastifyInstance, { clock }: ApiContext): void {
  app.get("/health", v2Route("environments.read"), () => enveloped(clock.now(), { status: "ok" }));
}

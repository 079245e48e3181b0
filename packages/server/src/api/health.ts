import type { FastifyInstance } from "fastify";

/** `GET /health`: says that the process answers, and nothing about it. */
export function healthRoutes(app: FastifyInstance): void {
  app.get("/health", { config: { access: "open" } }, () => ({ status: 200, message: "OK" }));
}

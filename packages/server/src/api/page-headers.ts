import type { FastifyInstance } from "fastify";

/** What browsers are told with every answer that concerns people. A page that needs more says so itself. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** Frames, referrers and windows of other origins get nothing of these answers (OWASP ASVS 5.0, 3.4). */
export function pageHeaders(app: FastifyInstance): void {
  app.addHook("onRequest", (_request, reply, done) => {
    void reply.headers(HEADERS);
    done();
  });
}

import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";

/**
 * Refuses, before a body is read, what no route with a signing key or a token has a meaning for: a parameter given twice, of which
 * one reader takes the first and another the last, and a compressed body. The event API unpacks bodies itself.
 */
export function requestGuard(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => {
    const { access } = request.routeOptions.config;
    if (access === "signing-key" || access === "run-token") {
      const repeated = repeatedIn(request.query, request.routeOptions.config.repeatable ?? []);
      if (repeated !== null) {
        const name = JSON.stringify(repeated.slice(0, 40));
        done(new HoldfastError("request_invalid", `The query names ${name} more than once.`));
        return;
      }
      const encoding = request.headers["content-encoding"] ?? "identity";
      if (encoding !== "identity" && encoding !== "") {
        done(
          new HoldfastError(
            "body_encoding_unsupported",
            `The body's content-encoding "${encoding.slice(0, 40)}" is not supported.`,
          ),
        );
        return;
      }
    }
    done();
  });
}

/** The first parameter with several values that is no list, or null. */
function repeatedIn(query: unknown, lists: readonly string[]): string | null {
  for (const [name, value] of Object.entries(query ?? {}))
    if (Array.isArray(value) && !lists.includes(name)) return name;
  return null;
}

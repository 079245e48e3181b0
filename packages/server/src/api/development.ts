import type { FastifyInstance } from "fastify";
import type { ApiContext } from "./context.ts";
import { triggerShapes } from "./trigger-shapes.ts";

/** `GET /dev`: what a development server is and knows (wire-protocol 22.5). Version 3 SDKs look for it. Absent in production. */
export function developmentRoutes(app: FastifyInstance, context: ApiContext): void {
  if (context.mode !== "dev") return;
  const { keys, registry } = context;
  app.get("/dev", { config: { access: "signing-key", permission: null } }, () => ({
    version: context.version,
    authed: keys.signed,
    startOpts: {},
    functions: registry
      .functions()
      .filter((definition) => !definition.archived)
      .map((definition) => ({
        id: definition.id,
        name: definition.name,
        slug: definition.slug,
        triggers: triggerShapes(definition),
        steps: [
          {
            id: "step",
            name: "step",
            uri: `${definition.url}&stepId=step`,
            retries: definition.attemptsMax - 1,
          },
        ],
      })),
    handlers: registry.apps().map((known) => ({ url: known.url, sdk: known.sdk, error: known.error })),
    isSingleNodeService: true,
    isMissingSigningKey: !keys.signed,
    isMissingEventKeys: !keys.signed,
    features: {},
  }));
}

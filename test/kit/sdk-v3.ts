import "./sdk-environment.ts";
import type { RequestListener } from "node:http";
import express from "express";
import { Inngest, NonRetriableError, referenceFunction, RetryAfterError } from "inngest-v3";
import { serve as serveExpress } from "inngest-v3/express";
import { serve as serveNode } from "inngest-v3/node";
import type { AppIdentity, FunctionSpec, Sdk, SdkApp, SentEvents } from "./function-spec.ts";
import { eventOf } from "./function-spec.ts";
import { createSdkLogger } from "./sdk-logger.ts";

const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** Version 3: mode and address belong to the client, the signing key to the handler. */
export const sdkV3: Sdk = {
  version: "v3",
  NonRetriableError,
  RetryAfterError,
  referenceFunction,
  fixedVariant: null,
  createApp(identity: AppIdentity): SdkApp {
    const client = new Inngest({
      id: identity.id,
      baseUrl: identity.baseUrl,
      eventKey: identity.eventKey,
      isDev: identity.isDev,
      fetch: identity.fetch,
      logger: createSdkLogger(identity.log),
      ...identity.clientOptions,
    });
    const create = (spec: FunctionSpec): ReturnType<typeof client.createFunction> =>
      client.createFunction(
        // Options are data to a test: some are refused on purpose, and the SDK infers a type from each literal.
        { id: spec.id, ...spec.options } as never,
        (spec.triggers ?? [{ event: eventOf(spec.id) }]) as never,
        // The context is the SDK's own; `FunctionContext` names the part of it that tests use.
        spec.handler as never,
      );
    return {
      async send(events) {
        // The SDK's parameter is inferred from schemas that this client does not have; what it gives back as text
        // are the ids that the server made.
        const { ids } = await client.send(events as never);
        return { ids: ids as readonly string[] as SentEvents["ids"] };
      },
      listener(functions, adapter): RequestListener {
        const options = {
          client,
          functions: functions.map(create),
          // The handler writes to the console by itself; the client's logger is what tests look at.
          logLevel: "silent",
          ...(identity.signingKey === null ? {} : { signingKey: identity.signingKey }),
          ...(identity.signingKeyFallback === null
            ? {}
            : { signingKeyFallback: identity.signingKeyFallback }),
          streaming: identity.streaming ? "force" : false,
        } as const;
        if (adapter === "node") return serveNode(options);
        const app = express();
        app.use(express.json({ limit: BODY_BYTES_MAX }));
        // This version types its Express handler as `any`: the framework's own check is not available here.
        app.use(serveExpress(options) as RequestListener);
        return app;
      },
    };
  },
};

import "./sdk-environment.ts";
import type { RequestListener } from "node:http";
import express from "express";
import { Inngest, NonRetriableError, referenceFunction, RetryAfterError } from "inngest";
import { serve as serveExpress } from "inngest/express";
import { serve as serveNode } from "inngest/node";
import type { AppIdentity, FunctionSpec, Sdk, SdkApp } from "./function-spec.ts";
import { eventOf } from "./function-spec.ts";
import { createSdkLogger } from "./sdk-logger.ts";

/** The largest state a server sends within a call, with room to spare; the framework's own limit is 100 KiB. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** Version 4: keys, mode and address belong to the client. */
export const sdkV4: Sdk = {
  version: "v4",
  NonRetriableError,
  RetryAfterError,
  referenceFunction,
  createApp(identity: AppIdentity): SdkApp {
    const client = new Inngest({
      id: identity.id,
      baseUrl: identity.baseUrl,
      eventKey: identity.eventKey,
      isDev: identity.isDev,
      ...(identity.signingKey === null ? {} : { signingKey: identity.signingKey }),
      ...(identity.signingKeyFallback === null ? {} : { signingKeyFallback: identity.signingKeyFallback }),
      fetch: identity.fetch,
      logger: createSdkLogger(identity.log),
      ...identity.clientOptions,
    });
    const create = (spec: FunctionSpec): ReturnType<typeof client.createFunction> =>
      client.createFunction(
        // Options are data to a test: some are refused on purpose, and the SDK infers a type from each literal.
        { triggers: [{ event: eventOf(spec.id) }], ...definitionOf(spec) } as never,
        // The context is the SDK's own; `FunctionContext` names the part of it that tests use.
        spec.handler as never,
      );
    return {
      // The SDK's parameter is inferred from schemas that this client does not have.
      send: (events) => client.send(events as never),
      listener(functions, adapter): RequestListener {
        const options = { client, functions: functions.map(create), streaming: identity.streaming };
        if (adapter === "node") {
          const handle = serveNode(options);
          return (request, response) => void handle(request, response);
        }
        const app = express();
        app.use(express.json({ limit: BODY_BYTES_MAX }));
        app.use(serveExpress(options));
        return app;
      },
    };
  },
};

function definitionOf(spec: FunctionSpec): Readonly<Record<string, unknown>> {
  return {
    id: spec.id,
    ...(spec.triggers === undefined ? {} : { triggers: spec.triggers }),
    ...spec.options,
  };
}

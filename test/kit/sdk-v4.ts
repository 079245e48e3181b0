import "./sdk-environment.ts";
import type { RequestListener } from "node:http";
import express from "express";
import type { InngestFunction } from "inngest";
import { experiment, Inngest, NonRetriableError, referenceFunction, RetryAfterError } from "inngest";
import type { DeferredFunction } from "inngest/experimental";
import { createDefer } from "inngest/experimental";
import { serve as serveExpress } from "inngest/express";
import { serve as serveNode } from "inngest/node";
import type { AppIdentity, FunctionContext, FunctionSpec, Sdk, SdkApp, SentEvents } from "./function-spec.ts";
import { eventOf } from "./function-spec.ts";
import { createSdkLogger } from "./sdk-logger.ts";

/** The largest state a server sends within a call, with room to spare; the framework's own limit is 100 KiB. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** The part of a context that is the SDK's own way of saying what tests say. */
type SdkContext = Omit<FunctionContext, "defer"> & {
  readonly defer: (
    id: string,
    options: { readonly function: unknown; readonly data: unknown; readonly meta?: unknown },
  ) => { abort(): void };
};

/** Version 4: keys, mode and address belong to the client. */
export const sdkV4: Sdk = {
  version: "v4",
  NonRetriableError,
  RetryAfterError,
  referenceFunction,
  fixedVariant: (variant) => experiment.fixed(variant),
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
    const deferred = new Map<string, DeferredFunction.Any>();
    const create = (spec: FunctionSpec): InngestFunction.Any => {
      const definition = { triggers: [{ event: eventOf(spec.id) }], ...definitionOf(spec) };
      // The context is the SDK's own; `FunctionContext` names the part of it that tests use, and a function that is
      // deferred to by its id.
      const handler = ((context: SdkContext) =>
        spec.handler({
          ...context,
          defer: (id, { functionId, ...rest }) =>
            context.defer(id, { function: deferred.get(functionId), ...rest }),
        })) as never;
      // Options are data to a test: some are refused on purpose, and the SDK infers a type from each literal.
      if (spec.isDeferred !== true) return client.createFunction(definition as never, handler);
      const { triggers: _, ...own } = definition;
      const created = createDefer(client, own as never, handler) as DeferredFunction.Any;
      deferred.set(spec.id, created);
      return created;
    };
    return {
      async send(events) {
        // The SDK's parameter is inferred from schemas that this client does not have; what it gives back as text
        // are the ids that the server made.
        const { ids } = await client.send(events as never);
        return { ids: ids as readonly string[] as SentEvents["ids"] };
      },
      listener(functions, adapter): RequestListener {
        const options = { client, functions: functions.map(create), streaming: identity.streaming };
        if (adapter === "node") return serveNode(options);
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

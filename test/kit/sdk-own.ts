import "./sdk-environment.ts";
import type { RequestListener } from "node:http";
import express from "express";
import type { HoldfastFunction } from "holdfast";
import {
  createDefer,
  experiment,
  Holdfast,
  NonRetriableError,
  referenceFunction,
  RetryAfterError,
} from "holdfast";
import { serve as serveExpress } from "holdfast/express";
import { serve as serveNode } from "holdfast/node";
import type { AppIdentity, FunctionContext, FunctionSpec, Sdk, SdkApp, SentEvents } from "./function-spec.ts";
import { eventOf } from "./function-spec.ts";
import { createSdkLogger } from "./sdk-logger.ts";

/** The part of a context that is the SDK's own way of saying what tests say. */
type OwnContext = Omit<FunctionContext, "defer"> & {
  readonly defer: (
    id: string,
    options: { readonly function: unknown; readonly data: unknown; readonly meta?: unknown },
  ) => { abort(): void };
};

/** Our own. Nothing is read from the environment, and nothing is assumed that was not said. */
export const sdkOwn: Sdk = {
  version: "own",
  NonRetriableError,
  RetryAfterError,
  referenceFunction,
  fixedVariant: (variant) => experiment.fixed(variant),
  createApp(identity: AppIdentity): SdkApp {
    const client = new Holdfast({
      id: identity.id,
      mode: identity.isDev ? "dev" : "production",
      baseUrl: identity.baseUrl,
      eventKey: identity.eventKey,
      ...(identity.signingKey === null ? {} : { signingKey: identity.signingKey }),
      ...(identity.signingKeyFallback === null ? {} : { signingKeyFallback: identity.signingKeyFallback }),
      fetch: identity.fetch,
      logger: createSdkLogger(identity.log),
      variables: {},
      ...identity.clientOptions,
    });
    const deferred = new Map<string, unknown>();
    const create = (spec: FunctionSpec): HoldfastFunction => {
      const handler = ((context: OwnContext) =>
        spec.handler({
          ...context,
          defer: (id, { functionId, ...rest }) =>
            context.defer(id, { function: deferred.get(functionId), ...rest }),
        })) as never;
      const options = { id: spec.id, ...spec.options };
      // Options are data to a test: some are refused on purpose, and the SDK infers a type from each literal.
      if (spec.isDeferred === true) {
        const made = createDefer(client, options as never, handler);
        deferred.set(spec.id, made);
        return made;
      }
      const triggers = spec.triggers ?? [{ event: eventOf(spec.id) }];
      return client.createFunction({ ...options, triggers } as never, handler);
    };
    return {
      async send(events) {
        const { ids } = await client.send(events);
        // What it gives back as text are the ids that the server made.
        return { ids: ids as SentEvents["ids"] };
      },
      listener(functions, adapter): RequestListener {
        const options = { client, functions: functions.map(create), streaming: identity.streaming };
        if (adapter === "node") return serveNode(options);
        const app = express();
        app.use(serveExpress(options));
        return app;
      },
    };
  },
};

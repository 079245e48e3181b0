import { Header } from "@holdfast/protocol";
import { errorClasses } from "../errors/error-classes.ts";
import { readCheckpointing } from "../functions/checkpointing.ts";
import { consoleLogger } from "../logging/console-logger.ts";
import type { MiddlewareEntry } from "../middleware/contract.ts";
import { middlewareEntries } from "../middleware/entries.ts";
import { payloadStage } from "../middleware/payload-stage.ts";
import type { World } from "../platform/contract.ts";
import { realWorld } from "../platform/world.ts";
import { SDK_NAME } from "../serve/sdk-version.ts";
import { createServerKnowledge } from "../signatures/server-knowledge.ts";
import { createSigner } from "../signatures/signer.ts";
import { createVerifier } from "../signatures/verifier.ts";
import { createApi } from "./api.ts";
import type { ClientState } from "./contract.ts";
import type { ClientOptions } from "./options.ts";
import { settingFault } from "./setting-fault.ts";
import { resolveSettings } from "./settings.ts";
import { keptVariables } from "./variables.ts";

/**
 * Everything a client is made of. Reads the environment once, and keeps of it what runs need later.
 *
 * @throws HoldfastError `config_invalid`, `key_invalid`.
 */
export function createState(options: ClientOptions): Omit<ClientState, "functions"> {
  const machine = options?.world ?? realWorld();
  const variables = options?.variables ?? machine.variables;
  const settings = resolveSettings(options, variables);
  const { app, environment, mode, apiOrigin, signingKeys } = settings;
  const world: World = {
    ...machine,
    variables: keptVariables(variables),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  };
  const signing = {
    keys: signingKeys,
    mode: settings.signatures,
    world,
    app,
    environment,
    knowledge: createServerKnowledge(),
  };
  const signer = createSigner(signing);
  const verifierOptions = {
    ...signing,
    serverKeys: settings.serverKeys,
    ...(options.nonces === undefined ? {} : { nonces: options.nonces }),
  };
  const middleware = readMiddleware(options.middleware);
  const headers = {
    [Header.sdk]: SDK_NAME,
    ...(environment === "" ? {} : { [Header.environment]: environment }),
  };
  return {
    app,
    appVersion: settings.appVersion,
    environment,
    mode,
    apiOrigin,
    eventOrigin: settings.eventOrigin,
    eventKey: settings.eventKey,
    signingKeys,
    verifier: mode === "dev" ? null : createVerifier(verifierOptions),
    signer,
    serveOrigin: settings.serveOrigin,
    servePath: settings.servePath,
    streaming: settings.streaming,
    isInBandSyncAllowed: settings.isInBandSyncAllowed,
    middleware,
    stage: payloadStage(middleware, { app, environment }),
    logger: options.logger ?? consoleLogger(),
    world,
    api: createApi({ apiOrigin, signer, world, headers }),
    errorClasses: errorClasses(options.errorClasses ?? []),
    checkpointing: readCheckpointing({
      functionId: app,
      path: "checkpointing",
      value: options.checkpointing,
    }),
  };
}

function readMiddleware(listed: unknown): readonly MiddlewareEntry[] {
  if (listed === undefined) return [];
  const entries = middlewareEntries(listed);
  if (entries === null) throw settingFault("the option middleware", "must be a list of middleware");
  return entries;
}

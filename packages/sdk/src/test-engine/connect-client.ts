import { HoldfastError } from "@holdfast/protocol";
import { Holdfast } from "../client/client.ts";
import type { ClientState } from "../client/contract.ts";
import { keepFunctions, keepState, stateOf } from "../client/state.ts";
import type { EventPayload } from "../events/contract.ts";
import type { HoldfastFunction } from "../functions/contract.ts";
import { recordsOf } from "../functions/records.ts";
import type { Logger } from "../logging/contract.ts";
import type { MiddlewareEntry } from "../middleware/contract.ts";
import { platformDigest } from "../platform/digest.ts";
import type { World } from "../platform/contract.ts";
import type { Handler } from "../serve/contract.ts";
import { createHandler } from "../serve/create-handler.ts";
import { createRequestHandler } from "../serve/request-handler.ts";
import { steadyLogger } from "../serve/steady-logger.ts";
import type { ServedApp } from "../serve/served-app.ts";

/** A client that speaks with the server of a test. */
export interface ConnectedClient {
  readonly handler: Handler;
  readonly isSealing: boolean;
  send(events: EventPayload | readonly EventPayload[]): Promise<readonly string[]>;
  /** The id of the run that waited, or null. */
  signal(name: string, data: unknown): Promise<string | null>;
  /** Starts a function by its name. The id of the event that stands for it. */
  invoke(functionId: string, slug: string, data: unknown): Promise<string>;
  /** Gives the client back to the world as it was. */
  release(): void;
}

/** Where a client is connected to, and by what. */
export interface Connection {
  readonly client: Holdfast;
  readonly functions: readonly HoldfastFunction[];
  readonly serverOrigin: string;
  readonly appUrl: string;
  readonly signingKeys: readonly string[];
  readonly eventKeys: readonly string[];
  readonly world: Pick<World, "now" | "after" | "random" | "fetch">;
  readonly logger: Logger;
  readonly middleware: MiddlewareEntry;
  /** Stands in the place of the execution of calls. */
  readonly execute?: ServedApp["execute"];
}

/** Clients that an engine has. */
const engaged = new WeakSet<Holdfast>();

/**
 * Lets a client speak with the server of a test, signed and verified, on the test's time. Its own settings, such as the
 * address of a real server, count again once it is released.
 *
 * @throws HoldfastError `conflict` while another engine has the client; what `createHandler` throws.
 */
export function connectClient(connection: Connection): ConnectedClient {
  const { appUrl, client } = connection;
  const original = stateOf(client);
  if (engaged.has(client)) {
    throw new HoldfastError(
      "conflict",
      `Cannot start a second test engine for the client "${original.app}" while another has it.`,
      { next: "Close the first engine before: `await using engine = …` does it at the end of the test." },
    );
  }
  const { origin, pathname } = new URL(appUrl);
  const state: ClientState = {
    ...stateOf(testClient(original, connection)),
    stage: original.stage,
    ...(original.errorClasses === undefined ? {} : { errorClasses: original.errorClasses }),
    serveOrigin: origin,
    servePath: pathname,
  };
  engage(client, state, original);
  try {
    const handler = handlerOf(connection, state, { origin, pathname });
    return {
      handler,
      isSealing: state.stage.isSealing,
      async send(events) {
        const { ids } = await client.send(events);
        return ids;
      },
      signal: async (name, data) => (await client.sendSignal({ signal: name, data })).runId,
      invoke: (functionId, slug, data) => invoke(state, functionId, slug, data),
      release: () => engage(client, original, null),
    };
  } catch (error) {
    engage(client, original, null);
    throw error;
  }
}

/** Puts one state of a client in the place of another; functions that were made meanwhile stay. */
function engage(client: Holdfast, state: ClientState, original: ClientState | null): void {
  const functions = [...stateOf(client).functions.values()];
  keepState(client, state);
  keepFunctions(client, functions);
  if (original === null) engaged.delete(client);
  else engaged.add(client);
}

/** A client with the settings of the test, and otherwise like the original. */
function testClient(original: ClientState, connection: Connection): Holdfast {
  const { eventKeys, logger, middleware, serverOrigin, signingKeys, world } = connection;
  const [signingKey = ""] = signingKeys;
  const [eventKey = ""] = eventKeys;
  return new Holdfast({
    id: original.app,
    mode: "production",
    baseUrl: serverOrigin,
    signingKey,
    eventKey,
    ...(original.appVersion === null ? {} : { appVersion: original.appVersion }),
    ...(original.environment === "" ? {} : { env: original.environment }),
    streaming: original.streaming,
    logger,
    middleware: [...original.middleware, middleware],
    variables: {},
    world: { ...world, digest: platformDigest(), variables: {} },
  });
}

function handlerOf(
  { client, execute, functions }: Connection,
  state: ClientState,
  { origin, pathname }: { readonly origin: string; readonly pathname: string },
): Handler {
  if (execute === undefined) {
    return createHandler({ client, functions, serveOrigin: origin, servePath: pathname }, "test");
  }
  const records = functions.flatMap((fn) => recordsOf(fn));
  return createRequestHandler({
    client: state,
    logger: steadyLogger(state.logger),
    records: new Map(records.map((record) => [record.slug, record])),
    framework: "test",
    platform: null,
    serveOrigin: origin,
    servePath: pathname,
    isStreaming: false,
    execute,
  });
}

async function invoke(state: ClientState, functionId: string, slug: string, data: unknown): Promise<string> {
  const { app, environment, stage } = state;
  const isObject = typeof data === "object" && data !== null && !Array.isArray(data);
  if (data !== undefined && !isObject) {
    throw new HoldfastError("request_invalid", `The data that starts ${slug} must be an object.`);
  }
  // It is an object, or absent.
  const fields = (data ?? {}) as Readonly<Record<string, unknown>>;
  const sealed = await stage.sealData(fields, { kind: "invoke-input", environment, app, functionId });
  const { body, status } = await state.api.request({
    method: "POST",
    path: `/invoke/${encodeURIComponent(slug)}`,
    body: JSON.stringify({ data: sealed }),
    isRepeatable: false,
  });
  return textIn(body, "id", `the start of ${slug}`, status);
}

function dataIn(body: unknown, name: string): unknown {
  // Any object's members may be looked up by name.
  return typeof body === "object" && body !== null
    ? (body as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function textIn(body: unknown, name: string, what: string, status: number): string {
  const value = dataIn(body, name);
  if (typeof value === "string") return value;
  const reason = dataIn(body, "error");
  throw new HoldfastError(
    "request_failed",
    `The server refuses ${what} (${status})${typeof reason === "string" ? `: ${reason}` : ""}.`,
  );
}

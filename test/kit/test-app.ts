import { once } from "node:events";
import type { IncomingHttpHeaders, RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { CapturedLog } from "./captured-log.ts";
import { createCapturedLog } from "./captured-log.ts";
import type { Adapter, EventPayload, FunctionSpec, Sdk, SdkVersion, SentEvents } from "./function-spec.ts";
import { clientOf } from "./run-of.ts";
import { sdkOwn } from "./sdk-own.ts";
import { sdkV3 } from "./sdk-v3.ts";
import { sdkV4 } from "./sdk-v4.ts";
import type { ServerPlace } from "./test-server.ts";
import { signatureOf } from "./test-keys.ts";
import { until } from "./until.ts";

export const SERVE_PATH = "/api/inngest";

export interface TestAppOptions {
  readonly server: ServerPlace;
  readonly sdk: SdkVersion;
  readonly adapter: Adapter;
  readonly id?: string;
  readonly functions: readonly FunctionSpec[];
  /** A free one when absent. */
  readonly port?: number;
  /** The server's when absent; null for none. */
  readonly signingKey?: string | null;
  readonly signingKeyFallback?: string;
  readonly streaming?: boolean;
  readonly clientOptions?: Readonly<Record<string, unknown>>;
  /** `server`: the server makes the PUT (the default). `app`: the app posts its registration. `none`: nobody does. */
  readonly register?: "server" | "app" | "none";
}

/** One request the app was sent, and its answer. */
export interface AppRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** 0 while there is no answer, or when the connection broke before there was one. */
  status: number;
  /** Whether it was answered, or nobody waits for its answer any more. */
  isOver: boolean;
}

/** One request the app's SDK made. */
export interface OutgoingRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** 0 while there is no answer. */
  status: number;
}

/** What an app said to a PUT. */
export interface PutAnswer {
  readonly status: number;
  readonly message: string;
  readonly modified: boolean | null;
}

/** An app on a real port, in this process. */
export interface TestApp extends AsyncDisposable {
  readonly id: string;
  readonly server: ServerPlace;
  readonly url: string;
  readonly port: number;
  readonly requests: readonly AppRequest[];
  readonly outgoing: readonly OutgoingRequest[];
  readonly log: CapturedLog;
  /** Calls of one function, in the order they came. */
  calls(functionId: string): readonly AppRequest[];
  /** Sends events as user code does. */
  send(events: EventPayload | readonly EventPayload[]): Promise<SentEvents>;
  /** Asks the app to register itself, as a deployment does: by an unsigned PUT where the SDK takes one, else by a signed one. */
  put(): Promise<PutAnswer>;
  /** Resolves once the server has the app, at this address and with these functions. */
  registered(): Promise<void>;
  /** Stops listening and breaks open connections. */
  close(): Promise<void>;
}

/** An SDK by its version. */
export function sdkOf(version: SdkVersion): Sdk {
  switch (version) {
    case "v4":
      return sdkV4;
    case "v3":
      return sdkV3;
    case "own":
      return sdkOwn;
  }
}

/** Starts an app that belongs to a server and, unless told otherwise, waits until it is registered there. */
export async function startTestApp(options: TestAppOptions): Promise<TestApp> {
  const { server, functions, id = "app" } = options;
  const requests: AppRequest[] = [];
  const outgoing: OutgoingRequest[] = [];
  const log = createCapturedLog();
  const signingKey = options.signingKey === undefined ? server.signingKey : options.signingKey;
  const sdkApp = sdkOf(options.sdk).createApp({
    id,
    baseUrl: server.url,
    eventKey: server.eventKey,
    signingKey,
    signingKeyFallback: options.signingKeyFallback ?? null,
    isDev: server.signingKey === null,
    streaming: options.streaming ?? false,
    clientOptions: options.clientOptions ?? {},
    fetch: recordingFetch(outgoing),
    log: log.write,
  });
  const http = createServer(recording(requests, sdkApp.listener(functions, options.adapter)));
  const port = await listen(http, options.port ?? 0);
  const url = `http://127.0.0.1:${port}${SERVE_PATH}`;

  const app: TestApp = {
    id,
    server,
    url,
    port,
    requests,
    outgoing,
    log,
    calls: (functionId) =>
      requests.filter(
        ({ method, query }) => method === "POST" && query.get("fnId") === `${id}-${functionId}`,
      ),
    send: (events) => sdkApp.send(events),
    put: async () => {
      // An app of our own answers nobody who does not sign.
      const body = JSON.stringify({ url });
      const key = options.sdk === "own" ? signingKey : null;
      const answer = await fetch(url, {
        method: "PUT",
        ...(key === null ? {} : { body, headers: { "x-inngest-signature": signatureOf(body, key) } }),
      });
      const said: unknown = await answer.json();
      // Every SDK answers a PUT with an object of these two members.
      const { message, modified } = said as { message?: unknown; modified?: unknown };
      return {
        status: answer.status,
        message: typeof message === "string" ? message : JSON.stringify(said),
        modified: typeof modified === "boolean" ? modified : null,
      };
    },
    async registered() {
      const wanted = functions.flatMap((spec) => slugsOf(id, spec)).toSorted();
      const client = clientOf(server);
      await until(`app "${id}" at ${url} is registered`, async () => {
        const found = (await client.apps()).find((each) => each.name === id);
        const slugs = found?.functions.map((each) => each.slug).toSorted();
        return found?.url.includes(`:${port}/`) === true && JSON.stringify(slugs) === JSON.stringify(wanted);
      });
    },
    async close() {
      if (!http.listening) return;
      http.close();
      http.closeAllConnections();
      await once(http, "close");
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
  try {
    if (options.register === "app") await app.put();
    else if (options.register !== "none") await clientOf(server).syncApp(url);
    if (options.register !== "none") await app.registered();
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

/** What a function is registered as: itself, and its handler of failures when it has one. */
function slugsOf(appId: string, { id, options }: FunctionSpec): readonly string[] {
  const slug = `${appId}-${id}`;
  return options?.["onFailure"] === undefined ? [slug] : [slug, `${slug}-failure`];
}

/** A port that was free a moment ago, for an address that must be known before anybody listens there. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe, 0);
  probe.close();
  await once(probe, "close");
  return port;
}

/** Listens on this machine only, and says where. */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on TCP has an address of this form.
  return (server.address() as AddressInfo).port;
}

function recording(requests: AppRequest[], handle: RequestListener): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://app");
    if (pathname !== SERVE_PATH) {
      response.writeHead(404).end();
      return;
    }
    const record: AppRequest = {
      method: request.method ?? "",
      query: searchParams,
      headers: request.headers,
      status: 0,
      isOver: false,
    };
    requests.push(record);
    response.once("finish", () => {
      record.status = response.statusCode;
    });
    response.once("close", () => {
      record.isOver = true;
    });
    handle(request, response);
  };
}

function recordingFetch(outgoing: OutgoingRequest[]): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const record = { method: init?.method ?? "GET", path: `${url.pathname}${url.search}`, status: 0 };
    outgoing.push(record);
    const response = await fetch(input, init);
    record.status = response.status;
    return response;
  };
}

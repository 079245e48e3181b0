import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Readable } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import type { ClientOptions, Endpoint } from "holdfast";
import { Holdfast } from "holdfast";
import type { CapturedLog } from "./captured-log.ts";
import { createCapturedLog } from "./captured-log.ts";
import { createSdkLogger } from "./sdk-logger.ts";
import { listen } from "./test-app.ts";
import type { ServerPlace } from "./test-server.ts";

/** A request that came to the app, before anything looked at it. */
export interface ArrivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  status: number;
}

/** A request that the app made to the server. */
export interface ApiReport {
  readonly path: string;
  readonly body: string;
  readonly status: number;
}

/** An app of durable endpoints with our SDK, on a real port in this process. */
export interface OwnEndpointApp extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ArrivedRequest[];
  readonly reports: readonly ApiReport[];
  readonly log: CapturedLog;
  /** Those by which the server carried on. */
  reentries(): readonly ArrivedRequest[];
}

export interface OwnEndpointAppOptions {
  readonly server: ServerPlace;
  readonly port: number;
  /** By path; `*` for any other. */
  readonly routes: (client: Holdfast) => Readonly<Record<string, Endpoint>>;
  readonly client?: Partial<ClientOptions>;
}

/** Starts the app; in development mode where the server signs nothing. */
export async function startOwnEndpointApp(options: OwnEndpointAppOptions): Promise<OwnEndpointApp> {
  const { server } = options;
  const requests: ArrivedRequest[] = [];
  const reports: ApiReport[] = [];
  const log = createCapturedLog();
  const client = new Holdfast({
    id: "shop",
    baseUrl: server.url,
    eventKey: server.eventKey,
    mode: server.signingKey === null ? "dev" : "production",
    ...(server.signingKey === null ? {} : { signingKey: server.signingKey }),
    variables: {},
    fetch: reporting(reports),
    logger: createSdkLogger(log.write),
    ...options.client,
  });
  const routes = options.routes(client);
  const http = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await text(incoming);
      const { headers, method = "", url = "" } = incoming;
      const arrived: ArrivedRequest = { method, url, headers, body, status: 0 };
      requests.push(arrived);
      const given = new Headers();
      for (const [name, value] of Object.entries(headers)) given.set(name, String(value));
      const request = new Request(`http://${headers.host ?? ""}${url}`, {
        method,
        headers: given,
        body: body === "" ? null : body,
      });
      const route = routes[new URL(request.url).pathname] ?? routes["*"];
      const answer = route === undefined ? new Response(null, { status: 404 }) : await route(request);
      arrived.status = answer.status;
      for (const [name, value] of answer.headers) outgoing.setHeader(name, value);
      outgoing.statusCode = answer.status;
      if (answer.body === null) outgoing.end();
      // Two names of one thing, by two libraries of types.
      else Readable.fromWeb(answer.body as unknown as WebStream).pipe(outgoing);
    })();
  });
  const port = await listen(http, options.port);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    reports,
    log,
    reentries: () => requests.filter(({ headers }) => headers["x-run-id"] !== undefined),
    async [Symbol.asyncDispose]() {
      http.close();
      http.closeAllConnections();
      await once(http, "close");
    },
  };
}

function reporting(reports: ApiReport[]): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const answer = await fetch(input, init);
    const body = typeof init?.body === "string" ? init.body : "";
    reports.push({ path: url.pathname, body, status: answer.status });
    return answer;
  };
}

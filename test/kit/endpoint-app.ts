import "./sdk-environment.ts";
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:http";
import { Inngest } from "inngest";
import { endpointAdapter, serveEndpoint } from "inngest/node";
import type { CapturedLog } from "./captured-log.ts";
import { createCapturedLog } from "./captured-log.ts";
import { createSdkLogger } from "./sdk-logger.ts";
import { listen } from "./test-app.ts";
import type { ServerPlace } from "./test-server.ts";

export interface EndpointAppOptions {
  readonly server: ServerPlace;
  readonly port: number;
  /** Answers requests, with the SDK's steps at hand. */
  readonly endpoint: (request: Request) => Promise<unknown>;
  readonly retries?: number;
  readonly functionId?: string;
  /** The server's when absent. */
  readonly signingKey?: string;
}

/** One request that came to the app: from a caller, or from the server that carries on. */
export interface EndpointRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  status: number;
}

/** One request that the app made to the server. */
export interface Report {
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
}

/** An app of one durable endpoint with the official SDK, on a real port in this process. */
export interface EndpointApp extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly EndpointRequest[];
  readonly reports: readonly Report[];
  readonly log: CapturedLog;
  /** Those by which the server carried on. */
  reentries(): readonly EndpointRequest[];
}

export async function startEndpointApp(options: EndpointAppOptions): Promise<EndpointApp> {
  const { server } = options;
  const requests: EndpointRequest[] = [];
  const reports: Report[] = [];
  const log = createCapturedLog();
  const signingKey = options.signingKey ?? server.signingKey;
  const client = new Inngest({
    id: "endpoints",
    baseUrl: server.url,
    eventKey: server.eventKey,
    isDev: server.signingKey === null,
    ...(signingKey === null ? {} : { signingKey }),
    fetch: reporting(reports),
    logger: createSdkLogger(log.write),
    // The adapter keeps its options for whoever comes next: all are named each time. They may be undefined.
    endpointAdapter: endpointAdapter.withOptions({
      retries: options.retries,
      functionId: options.functionId,
    } as never),
  });
  // The adapter's type is the framework's; what it makes takes a request and answers it.
  const handler = client.endpoint(options.endpoint as never) as unknown as (
    request: Request,
  ) => Promise<Response>;
  const serve = serveEndpoint(handler);
  const http = createServer((request, response) => {
    const record: EndpointRequest = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      status: 0,
    };
    requests.push(record);
    response.once("finish", () => {
      record.status = response.statusCode;
    });
    serve(request, response);
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

function reporting(reports: Report[]): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const answer = await fetch(input, init);
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : null;
    reports.push({ path: url.pathname, body, status: answer.status });
    return answer;
  };
}

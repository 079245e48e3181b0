import { once } from "node:events";
import { createServer } from "node:http";
import type { HoldfastFunction } from "holdfast";
import { Holdfast } from "holdfast";
import { serve } from "holdfast/node";
import type { Answer, HeardRequest } from "../kit/listener.ts";
import { startListener } from "../kit/listener.ts";
import { clientOf } from "../kit/run-of.ts";
import { listen, SERVE_PATH } from "../kit/test-app.ts";
import type { ServerPlace } from "../kit/test-server.ts";

/** A request the app's SDK made, whole. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A call that was heard on the way, and what the app answered. */
export interface Overheard {
  readonly call: HeardRequest;
  readonly answer: Answer;
}

/** An app of our SDK, known to a server under the address of somebody in between who hears everything. */
export interface OverheardApp extends AsyncDisposable {
  readonly client: Holdfast;
  /** Where the app itself listens, without a path. */
  readonly origin: string;
  /** Calls of functions that passed, in order. */
  readonly calls: readonly Overheard[];
  /** What the app asked its server, in order. */
  readonly sent: readonly SentRequest[];
  readonly log: readonly string[];
}

export interface OverheardOptions {
  readonly functions: (client: Holdfast) => readonly HoldfastFunction[];
  readonly checkpointing?: boolean;
  /** What is handed on in the place of an answer to a call; `before` has those that passed already. */
  readonly exchange?: (answer: Answer, call: HeardRequest, before: readonly Overheard[]) => Answer;
}

/** Starts the app and whoever listens in, and has the server find it there. */
export async function startOverheardApp(
  server: ServerPlace,
  { checkpointing = false, exchange, functions }: OverheardOptions,
): Promise<OverheardApp> {
  const sent: SentRequest[] = [];
  const log: string[] = [];
  const write = (...words: readonly unknown[]): void => void log.push(words.map(String).join(" "));
  const client = new Holdfast({
    id: "shop",
    mode: "production",
    baseUrl: server.url,
    eventKey: server.eventKey,
    signingKey: server.signingKey ?? "",
    checkpointing,
    variables: {},
    logger: { debug: write, info: write, warn: write, error: write },
    async fetch(input, init) {
      const request = new Request(input, init);
      const { headers, method, url } = request;
      sent.push({ method, url, headers, body: await request.clone().text() });
      return fetch(request);
    },
  });
  const http = createServer(serve({ client, functions: functions(client) }));
  const port = await listen(http, 0);
  const origin = `http://127.0.0.1:${port}`;
  const calls: Overheard[] = [];
  const between = await startListener(async (call) => {
    const answer = await handOn(origin, call);
    if (call.method !== "POST") return answer;
    const shown = exchange?.(answer, call, calls) ?? answer;
    calls.push({ call, answer });
    return shown;
  });
  const app: OverheardApp = {
    client,
    origin,
    calls,
    sent,
    log,
    async [Symbol.asyncDispose]() {
      await between[Symbol.asyncDispose]();
      http.close();
      http.closeAllConnections();
      await once(http, "close");
    },
  };
  try {
    await clientOf(server).syncApp(`${between.origin}${SERVE_PATH}`);
  } catch (error) {
    await app[Symbol.asyncDispose]();
    throw error;
  }
  return app;
}

/** Headers that belong to a connection, and are made anew for each. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "keep-alive",
  "expect",
]);

/** Sends a request as it was heard, to an app or a server. */
export async function handOn(origin: string, request: HeardRequest): Promise<Answer> {
  const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || OF_THE_CONNECTION.has(name) ? [] : [[name, String(value)]],
  );
  const answer = await fetch(`${origin}${request.url}`, {
    method: request.method,
    headers,
    ...(request.method === "GET" || request.method === "HEAD" ? {} : { body: request.body }),
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(
      [...answer.headers].filter(([name]) => !OF_THE_CONNECTION.has(name) && name !== "content-encoding"),
    ),
    body: await answer.text(),
  };
}

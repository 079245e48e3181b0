import { createServer as createHttpServer } from "node:http";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import type { TestContext } from "node:test";
import type { EgressOutcome, EgressRequest } from "../contract.ts";

/** What an app was asked. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Peer {
  readonly origin: string;
  /** Connections that were ever opened. */
  connectionCount(): number;
}

export interface App extends Peer {
  readonly seen: readonly Seen[];
  /** Fulfilled once so many requests have arrived in full. */
  arrived(count: number): Promise<void>;
}

/** An HTTP server that remembers what it was asked and answers as it is told. */
export async function startApp(
  t: TestContext,
  answer: (response: ServerResponse, seen: Seen, index: number) => void,
): Promise<App> {
  const seen: Seen[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createHttpServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body: Buffer.concat(parts).toString() };
      const index = seen.push(one) - 1;
      answer(response, one, index);
      for (const { count, resolve } of waiting) if (seen.length >= count) resolve();
    });
  });
  // Only tests close connections.
  server.keepAliveTimeout = 0;
  const peer = await listen(t, server);
  const arrived = (count: number): Promise<void> =>
    new Promise((resolve) => {
      if (seen.length >= count) resolve();
      else waiting.push({ count, resolve });
    });
  return { ...peer, seen, arrived };
}

/** A TCP server whose connections speak as they are told. */
export function startPeer(t: TestContext, speak: (socket: Socket, index: number) => void): Promise<Peer> {
  let count = 0;
  return listen(
    t,
    createServer((socket) => {
      socket.on("error", () => {});
      speak(socket, count++);
    }),
  );
}

/** Calls back at the end of each request without a body, with the request as text. */
export function onRequest(socket: Socket, answer: (request: string) => void): void {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
      const request = text.slice(0, end);
      text = text.slice(end + 4);
      answer(request);
    }
  });
}

/** An origin where nothing listens: a port that was free a moment ago. */
export async function deadOrigin(): Promise<string> {
  const server = createServer();
  const port = await bind(server);
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** A GET with limits that no test reaches unless it sets them. */
export function get(url: string, change: Partial<EgressRequest> = {}): EgressRequest {
  return {
    method: "GET",
    url,
    headers: {},
    body: null,
    timeoutMs: 60_000,
    responseBytesMax: 1024 * 1024,
    ...change,
  };
}

/** Code, status and message of a failure. */
export function failure(outcome: EgressOutcome): {
  readonly code: string;
  readonly status: number | null;
  readonly message: string;
  readonly rule?: string;
} {
  if (outcome.kind === "failed") return outcome;
  throw new Error(`It was answered with ${outcome.status}: ${outcome.body}`);
}

/** Status and body of an answer. */
export function answered(outcome: EgressOutcome): EgressOutcome & { readonly kind: "answered" } {
  if (outcome.kind === "answered") return outcome;
  throw new Error(`It failed with ${outcome.code}: ${outcome.message}`);
}

async function listen(t: TestContext, server: Server): Promise<Peer> {
  const sockets = new Set<Socket>();
  let connectionCount = 0;
  server.on("connection", (socket: Socket) => {
    connectionCount++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const port = await bind(server);
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `http://127.0.0.1:${port}`, connectionCount: () => connectionCount };
}

async function bind(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address with a port.
  return (server.address() as AddressInfo).port;
}

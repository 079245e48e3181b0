import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { Send, WireAnswer, WireRequest } from "./exchange.ts";

/** Listens until the test ends, and sends requests over real connections. */
export async function overSocket(t: TestContext, listener: RequestListener): Promise<Send> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  return (request) => sendTo(port, request);
}

/** One request on a connection of its own, its headers as they are given. */
export function sendTo(port: number, { method, target, headers, body }: WireRequest): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body);
    const isBare = length === 0 && (method === "GET" || method === "HEAD");
    const request = httpRequest(
      {
        host: "127.0.0.1",
        port,
        method,
        path: target,
        agent: false,
        headers: {
          ...(isBare || headers["transfer-encoding"] !== undefined ? {} : { "content-length": length }),
          ...headers,
        },
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.once("error", reject);
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            // Each of the headers looked at comes once.
            headers: response.headers as Record<string, string>,
            body: Buffer.concat(pieces).toString(),
          }),
        );
      },
    );
    request.once("error", reject);
    request.end(body);
  });
}

/** The app on Node: the server's calls by `holdfast/node`, which reads Node's own requests. */
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { serve } from "holdfast/node";
import { fetchHandler } from "../serve-fetch.ts";
import { shopOf } from "../shop.ts";

const handlers = new Map(
  (["shared", "public"] as const).map((trust) => [`/${trust}`, serve(shopOf(process.env, trust))]),
);
const other = fetchHandler(process.env);

createServer((request, response) => {
  const handler = handlers.get(new URL(request.url ?? "/", "http://app").pathname);
  if (handler !== undefined) {
    handler(request, response);
    return;
  }
  void (async () => {
    const answer = await other(await webRequest(request));
    response.writeHead(answer.status).end(await answer.text());
  })();
}).listen(Number(process.env["PORT"]), "127.0.0.1");

async function webRequest(request: IncomingMessage): Promise<Request> {
  const method = request.method ?? "GET";
  const body = method === "POST" ? await text(request) : null;
  return new Request(new URL(request.url ?? "/", "http://app"), { method, body });
}

import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:http";
import { listen } from "./test-app.ts";

/** One request as it arrived, whole. */
export interface HeardRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Something that listens like an app and answers as the test says. */
export interface Listener extends AsyncDisposable {
  /** Without a path. */
  readonly origin: string;
  readonly heard: readonly HeardRequest[];
}

/** @param answer what a request is answered with; null breaks the connection instead. */
export async function startListener(
  answer: (request: HeardRequest) => Answer | null | Promise<Answer | null>,
): Promise<Listener> {
  const heard: HeardRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const whole: HeardRequest = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      heard.push(whole);
      void Promise.resolve(answer(whole)).then((said) => {
        if (said === null) {
          request.socket.destroy();
          return;
        }
        response.writeHead(said.status, { "content-type": "application/json", ...said.headers });
        response.end(said.body ?? "");
      });
    });
  });
  const port = await listen(server, 0);
  return {
    origin: `http://127.0.0.1:${port}`,
    heard,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

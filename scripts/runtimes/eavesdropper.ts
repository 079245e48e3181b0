import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** Somebody on the way between server and app, who sees every call and may change it. */
export interface Eavesdropper extends AsyncDisposable {
  /** Where the server is told that the app is. */
  readonly origin: string;
  /** What the app answered to each attack: a word for the attack, and the status. */
  readonly attacks: readonly (readonly [what: string, status: number])[];
}

interface Captured {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Passes everything on to an app. Each call is changed and sent to the app before the real one arrives, so that it cannot
 * have been seen there before; then it is passed on; and then it is sent again as it was.
 */
export async function eavesdrop(appOrigin: string): Promise<Eavesdropper> {
  const attacks: (readonly [string, number])[] = [];
  const send = async ({ method, path, headers, body }: Captured): Promise<Response> =>
    fetch(`${appOrigin}${path}`, { method, headers, ...(body === "" ? {} : { body }) });
  const pass = async (captured: Captured): Promise<Response> => {
    if (captured.method !== "POST") return send(captured);
    for (const [what, changed] of changes(captured)) attacks.push([what, (await send(changed)).status]);
    const answer = await send(captured);
    const bytes = await answer.bytes();
    attacks.push(["sent again", (await send(captured)).status]);
    return new Response(bytes, answer);
  };
  const server = createServer((request, response) => {
    void (async () => {
      try {
        await write(await pass(await capture(request)), response);
      } catch {
        // The server sees a connection that broke, and what did not come to pass says so.
        response.destroy();
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    attacks,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function changes(call: Captured): readonly (readonly [string, Captured])[] {
  const body = call.body.replace('"attempt":', '"attempt": ');
  const digest = createHash("sha256").update(body).digest("base64");
  const signature = call.headers.get("signature") ?? "";
  const otherSignature = signature.replace(/:(.)/, (_, first) => (first === "A" ? ":B" : ":A"));
  const altered = (name: string, value: string): Headers => {
    const headers = new Headers(call.headers);
    headers.set(name, value);
    return headers;
  };
  return [
    ["another body", { ...call, body }],
    ["another body and digest", { ...call, body, headers: altered("content-digest", `sha-256=:${digest}:`) }],
    ["another signature", { ...call, headers: altered("signature", otherSignature) }],
    ["another address", { ...call, path: call.path.replace("stepId=", "stepId=x") }],
  ];
}

async function capture(request: IncomingMessage): Promise<Captured> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    // What belongs to a connection is made anew by whoever passes a message on.
    if (["host", "connection", "content-length", "transfer-encoding", "keep-alive"].includes(name)) continue;
    headers.set(name, String(value));
  }
  const body = await text(request);
  return { method: request.method ?? "GET", path: request.url ?? "/", headers, body };
}

async function write(answer: Response, response: ServerResponse): Promise<void> {
  const headers = [...answer.headers].filter(
    ([name]) => !["connection", "content-length", "transfer-encoding", "keep-alive"].includes(name),
  );
  response.writeHead(answer.status, Object.fromEntries(headers)).end(await answer.bytes());
}

import { HoldfastError } from "@holdfast/protocol";
import type { Handler, IncomingRequest, OutgoingAnswer } from "../serve/contract.ts";
import type { Outbound } from "./outbound.ts";
import type { PlainAnswer, ServerCall } from "./server-port.ts";

/** Hands a call of the server to the app's handler, as an adapter would, and notes what the app answers. */
export async function callApp(
  call: ServerCall,
  handler: Handler,
  outbound: Outbound,
  now: () => number,
): Promise<PlainAnswer> {
  const answer = await handler(incoming(call));
  const body = await textOf(answer);
  const { headers, status } = answer;
  const what = `${call.method} ${call.url}`;
  await outbound.note(
    { kind: "answer", what, status, headers, at: new Date(now()) },
    new TextEncoder().encode(body),
  );
  return { status, headers, body };
}

function incoming({ body, headers, method, url }: ServerCall): IncomingRequest {
  const { origin, pathname, search } = new URL(url);
  const named = new Headers(headers);
  return {
    method,
    target: pathname + search,
    origin,
    header: (name) => named.get(name),
    body(bytesMax) {
      const bytes = new TextEncoder().encode(body ?? "");
      if (bytes.length <= bytesMax) return Promise.resolve(bytes);
      return Promise.reject(
        new HoldfastError("body_too_large", `The body has ${bytes.length} bytes, more than ${bytesMax}.`),
      );
    },
  };
}

function textOf({ body }: OutgoingAnswer): Promise<string> | string {
  return typeof body === "string" ? body : new Response(body).text();
}

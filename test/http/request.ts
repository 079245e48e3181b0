import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { bearerOf } from "../kit/test-keys.ts";
import type { ServerPlace } from "../kit/test-server.ts";

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** One request over a plain socket: headers such as `Host` go out as given, which `fetch` would not allow. */
export function request(
  place: ServerPlace,
  method: string,
  path: string,
  options: {
    readonly body?: string | Buffer;
    readonly headers?: Readonly<Record<string, string>>;
    readonly authorized?: boolean;
  } = {},
): Promise<Answer> {
  const { body, headers = {}, authorized = true } = options;
  const authorization =
    authorized && place.signingKey !== null ? { authorization: bearerOf(place.signingKey) } : {};
  return new Promise((resolve, reject) => {
    const isSecure = place.url.startsWith("https:");
    const call = (isSecure ? httpsRequest : httpRequest)(
      `${place.url}${path}`,
      // Of a certificate that the test made itself nothing is to be learned.
      {
        method,
        headers: { ...authorization, ...headers },
        ...(isSecure ? { rejectUnauthorized: false } : {}),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json: jsonOf(text) });
        });
      },
    );
    call.on("error", reject);
    if (body !== undefined) call.setHeader("content-length", Buffer.byteLength(body));
    call.end(body);
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Posts to the event API with the right key. */
export function postEvents(
  place: ServerPlace,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return request(place, "POST", `/e/${place.eventKey}`, { body, headers, authorized: false });
}

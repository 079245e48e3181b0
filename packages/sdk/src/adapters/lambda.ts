import type { IncomingRequest } from "../serve/contract.ts";
import { createHandler } from "../serve/create-handler.ts";
import { UNAUTHORIZED } from "../serve/refusal.ts";
import type { AdapterOptions } from "./options.ts";
import { requestOrigin } from "./request-origin.ts";
import { tooLarge } from "./web-body.ts";

type Texts = Readonly<Record<string, string | undefined>>;

/** What is used of an event of API Gateway, format 2.0, and of a function URL. */
export interface LambdaEventV2 {
  readonly rawPath: string;
  readonly rawQueryString?: string;
  readonly headers?: Texts;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly domainName?: string;
    readonly http: { readonly method: string };
  };
}

/** What is used of an event of API Gateway, format 1.0. Its query is decoded. */
export interface LambdaEventV1 {
  readonly httpMethod: string;
  readonly path: string;
  readonly headers?: Texts | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly queryStringParameters?: Texts | null;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: { readonly domainName?: string; readonly path?: string };
}

export interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Serves functions from AWS Lambda behind API Gateway or a function URL. Answers are not streamed: the event's kind of
 * answer has no room for it.
 *
 * @example
 * ```ts
 * export const handler = serve({ client, functions: [ship] });
 * ```
 *
 * @throws HoldfastError `config_invalid` for options that cannot be served.
 */
export function serve(
  options: AdapterOptions,
): (event: LambdaEventV1 | LambdaEventV2) => Promise<LambdaAnswer> {
  const handler = createHandler({ ...options, streaming: false }, "aws-lambda");
  return async (event) => {
    const { status, headers, body } = isRequest(event)
      ? await handler(fromEvent(event, options))
      : UNAUTHORIZED;
    return { statusCode: status, headers, body: typeof body === "string" ? body : await textOf(body) };
  };
}

/** A function may be called by other things than gateways, whose events have none of this. */
function isRequest(event: LambdaEventV1 | LambdaEventV2): boolean {
  // The type is what is hoped for.
  const { httpMethod, path, rawPath, requestContext } = event as Partial<LambdaEventV1 & LambdaEventV2>;
  if (typeof httpMethod === "string") return typeof path === "string";
  return typeof rawPath === "string" && typeof requestContext?.http?.method === "string";
}

function fromEvent(event: LambdaEventV1 | LambdaEventV2, options: AdapterOptions): IncomingRequest {
  const headers = headersOf(event);
  const header = (name: string): string | null => headers.get(name.toLowerCase()) ?? null;
  return {
    method: "httpMethod" in event ? event.httpMethod : event.requestContext.http.method,
    target: "httpMethod" in event ? targetV1(event) : targetV2(event),
    origin: requestOrigin({
      scheme: "https",
      // The gateway knows by which name it was asked.
      host: event.requestContext?.domainName ?? header("host") ?? "",
      header,
      trustProxy: options.trustProxy === true,
    }),
    header,
    async body(bytesMax) {
      const bytes = bytesOf(event.body ?? "", event.isBase64Encoded === true);
      if (bytes.length > bytesMax) throw tooLarge(bytesMax);
      return bytes;
    },
  };
}

/** By lower-case name. A header that came several times is one list, as everywhere else. */
function headersOf(event: LambdaEventV1 | LambdaEventV2): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(event.headers ?? {}))
    if (value !== undefined) found.set(name.toLowerCase(), value);
  const lists = "multiValueHeaders" in event ? event.multiValueHeaders : null;
  for (const [name, values] of Object.entries(lists ?? {}))
    if (values !== undefined) found.set(name.toLowerCase(), values.join(", "));
  return found;
}

function targetV2({ rawPath, rawQueryString = "" }: LambdaEventV2): string {
  return rawQueryString === "" ? rawPath : `${rawPath}?${rawQueryString}`;
}

/** The path has the stage in front only in the context, and the stage is part of what the server asked for. */
function targetV1(event: LambdaEventV1): string {
  const path = event.requestContext?.path ?? event.path;
  const query = event.multiValueQueryStringParameters ?? singles(event.queryStringParameters ?? {});
  // Written as registrations write it, so that it is again what the server asked for.
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  );
  return search.size === 0 ? path : `${path}?${search}`;
}

function singles(query: Texts): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value]]])),
  );
}

function bytesOf(body: string, isBase64: boolean): Uint8Array {
  if (!isBase64) return new TextEncoder().encode(body);
  return Uint8Array.from(atob(body), (char) => char.charCodeAt(0));
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

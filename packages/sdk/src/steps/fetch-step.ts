import { HoldfastError } from "@holdfast/protocol";
import type { GatewayRequest } from "../payloads/draft-op.ts";
import type { StepHost } from "./step-host.ts";
import type { StepRequest } from "./step-request.ts";

/** A response as it is stored, by whichever side asked. */
interface StoredResponse {
  readonly url: string;
  readonly status_code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Responses with these have no body, and take none. */
const BODILESS: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/**
 * `step.fetch`: named after its method and address, without the query. Inside another step it is a request of that step.
 */
export async function fetchStep(
  host: StepHost,
  input: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  const { world } = host.client;
  if (host.scopes.current()?.runningStep !== undefined) return world.fetch(input, init);
  const asked = new Request(input, init);
  const request: StepRequest = {
    kind: "fetch",
    options: { id: `fetch ${asked.method} ${asked.url.replace(/[?#].*$/, "")}` },
    input: [],
    work: host.passage.stage.isSealing
      ? {
          where: "app",
          type: "step.fetch",
          reportsInput: false,
          run: async (_, { signal }) => {
            const response = await world.fetch(new Request(asked, { signal }));
            return stored(response, asked.url);
          },
          revive: responseOf,
        }
      : {
          where: "server",
          describe: async () => ({ op: "Gateway", request: await gatewayRequest(asked) }),
          read: responseOf,
          readError: (error) => error,
        },
  };
  // Both ways end in a response.
  return (await host.ask(request)) as Response;
}

async function gatewayRequest(asked: Request): Promise<GatewayRequest> {
  const { url, method } = asked;
  const body = asked.body === null ? null : await asked.text();
  return { url, method, headers: Object.fromEntries(asked.headers), body };
}

async function stored(response: Response, askedUrl: string): Promise<StoredResponse> {
  return {
    url: response.url === "" ? askedUrl : response.url,
    status_code: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

function responseOf(data: unknown): Response {
  if (
    typeof data !== "object" ||
    data === null ||
    !("status_code" in data) ||
    typeof data.status_code !== "number"
  ) {
    throw new HoldfastError("step_invalid", "What was stored of a request is no response.");
  }
  const body = "body" in data && typeof data.body === "string" ? data.body : "";
  const headers = "headers" in data ? data.headers : {};
  const status = data.status_code;
  return new Response(BODILESS.has(status) ? null : body, {
    status,
    headers: new Headers(plainHeaders(headers)),
  });
}

/** Headers of a body that has been read: its length and encoding were those of the connection. */
function plainHeaders(headers: unknown): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(
    typeof headers === "object" && headers !== null ? headers : {},
  )) {
    if (!/^(?:content-encoding|content-length|transfer-encoding)$/i.test(name)) kept[name] = String(value);
  }
  return kept;
}

import type { EventData, PayloadStage } from "./contract.ts";
import type { EventPlace } from "./open-event.ts";

/** The event that starts the run of a durable endpoint. Only the server sends it. */
export const ENDPOINT_EVENT = "inngest/http.request";

/** What a request brought that nobody but its app has to read. */
interface Hidden {
  readonly ip: string;
  readonly content_type: string;
  readonly query_params: string;
  readonly body: string;
}

/** A request to a durable endpoint as the event of its run holds it (wire-protocol 16.2). */
export interface EndpointRequestData extends Hidden {
  /** Name of the app that began the run. */
  readonly app: string;
  /** Scheme and host. */
  readonly domain: string;
  readonly method: string;
  readonly path: string;
  /** The endpoint's own id; empty when it has none, and its method and path stand for it. */
  readonly fn: string;
  /** Whether the caller reads the answer as a stream. */
  readonly is_streamed: boolean;
}

/** What an endpoint is called by: its own id, or its method and path. */
export function endpointId(data: unknown): string {
  const { fn, method, path } = fieldsOf(data);
  return typeof fn === "string" && fn !== "" ? fn : `${String(method)} ${String(path)}`;
}

/**
 * A request as it is reported. A stage that seals leaves the server what it must know to repeat the request: its method,
 * address and path. Query, body, their type and the caller's address become one sealed text in the place of the body.
 *
 * @throws what the stage throws.
 */
export async function sealEndpointRequest(
  data: EndpointRequestData,
  stage: PayloadStage,
  at: Required<EventPlace>,
): Promise<EndpointRequestData> {
  if (!stage.isSealing) return data;
  const { ip, content_type, query_params, body } = data;
  const hidden: Hidden = { ip, content_type, query_params, body };
  const sealed = await stage.seal(hidden, positionOf(at));
  return {
    ...data,
    ip: "",
    content_type: "application/json",
    query_params: "",
    body: JSON.stringify(sealed),
  };
}

/**
 * The request in the event of an endpoint's run, opened.
 *
 * @throws what the stage throws, as for a request that was not sealed for this endpoint and run.
 */
export async function openEndpointRequest(
  data: EventData,
  stage: PayloadStage,
  at: EventPlace,
): Promise<EventData> {
  if (!stage.isSealing) return data;
  const written = parsed(data["body"]);
  const opened = await stage.open(written, positionOf({ functionId: "", runId: "", ...at }));
  // A stage that lets clear values pass, while an app moves to sealing, hands back what it was given.
  if (opened === written) return data;
  const { ip, content_type, query_params, body } = fieldsOf(opened);
  return { ...data, ip, content_type, query_params, body };
}

function positionOf({ environment, app, functionId, runId }: Required<EventPlace>): {
  readonly kind: "endpoint-request";
} & Required<EventPlace> {
  return { kind: "endpoint-request", environment, app, functionId, runId };
}

/** JSON, or the text itself. */
function parsed(body: unknown): unknown {
  if (typeof body !== "string") return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

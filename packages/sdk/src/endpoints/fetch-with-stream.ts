import type { StreamedResponse } from "./frames.ts";
import { readFrames } from "./read-frames.ts";

/** What a reader is told while he waits for his answer. */
export interface StreamListeners {
  readonly onMetadata?: (told: { readonly runId: string }) => void;
  /** `hashedStepId` of the step that said it; null outside of steps. */
  readonly onData?: (told: { readonly data: unknown; readonly hashedStepId: string | null }) => void;
  /** What that step said counts. Null: the whole did. */
  readonly onCommit?: (told: { readonly hashedStepId: string | null }) => void;
  /** What that step said does not count: it is tried again, and will say it anew. */
  readonly onRollback?: (told: { readonly hashedStepId: string | null }) => void;
}

export interface FetchWithStreamOptions extends StreamListeners {
  readonly fetch?: typeof fetch;
  readonly fetchOptions?: RequestInit;
}

/**
 * Asks a durable endpoint and reads along until it answers, by way of the server where the run went on without its caller.
 * An endpoint that does not stream is asked as `fetch` does. For browsers, and everywhere else.
 *
 * @throws Error when the stream ends without an answer; what `fetch` throws.
 */
export async function fetchWithStream(
  url: string | URL,
  options: FetchWithStreamOptions = {},
): Promise<Response> {
  const { fetch: ask = globalThis.fetch, fetchOptions = {} } = options;
  const headers = new Headers(fetchOptions.headers);
  headers.set("accept", "text/event-stream");
  const first = await ask(url, { ...fetchOptions, headers });
  if (!isStream(first)) return first;
  const { signal = null } = fetchOptions;
  let response = first;
  for (;;) {
    const end = await readStream(response, options, (next) =>
      ask(next, { headers: { accept: "text/event-stream" }, signal }),
    );
    if (end.kind === "answered") return responseOf(end.response);
    response = await end.next;
    if (!response.ok || !isStream(response))
      throw new Error(`The stream went on nowhere: ${response.status}.`);
  }
}

type StreamEnd =
  | { readonly kind: "answered"; readonly response: StreamedResponse }
  | { readonly kind: "goes on"; readonly next: Promise<Response> };

async function readStream(
  { body }: Response,
  listeners: StreamListeners,
  follow: (url: string) => Promise<Response>,
): Promise<StreamEnd> {
  let next: Promise<Response> | null = null;
  if (body !== null) {
    for await (const { event, data } of readFrames(body)) {
      switch (event) {
        case "inngest.metadata":
          listeners.onMetadata?.({ runId: data.runId });
          break;
        case "inngest.stream":
          listeners.onData?.({ data: data.data, hashedStepId: data.hashedStepId ?? null });
          break;
        case "inngest.commit":
          listeners.onCommit?.({ hashedStepId: data.hashedStepId });
          break;
        case "inngest.rollback":
          listeners.onRollback?.({ hashedStepId: data.hashedStepId });
          break;
        case "inngest.redirect_info":
          // At once: what is said there before somebody listens is lost.
          next ??= follow(data.url);
          next.catch(() => undefined);
          break;
        case "inngest.response":
          // Written by the endpoint.
          return { kind: "answered", response: data.response as StreamedResponse };
      }
    }
  }
  if (next === null) throw new Error("The stream ended without an answer.");
  return { kind: "goes on", next };
}

function isStream({ headers }: Response): boolean {
  return (headers.get("content-type") ?? "").includes("text/event-stream");
}

function responseOf({ body, headers, statusCode }: StreamedResponse): Response {
  const isBodiless = statusCode === 204 || statusCode === 205 || statusCode === 304;
  return new Response(isBodiless ? null : body, { status: statusCode, headers });
}

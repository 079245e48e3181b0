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
  const follow = (next: string): Promise<Response> =>
    ask(next, { headers: { accept: "text/event-stream" }, signal });
  let outputUrl: string | undefined;
  let response = first;
  for (;;) {
    const end = await readStream(response, options, follow);
    if (end.response !== null) return responseOf(end.response);
    outputUrl = end.outputUrl ?? outputUrl;
    if (end.next === null) break;
    response = await end.next;
    if (!response.ok || !isStream(response)) break;
  }
  // What was said while nobody listened is lost, and so may be the answer: it is kept, where there is one.
  if (outputUrl === undefined) throw new Error("The stream ended without an answer.");
  return ask(outputUrl, { signal });
}

/** How a stream ended: with an answer, or with word of where it goes on. */
interface StreamEnd {
  readonly response: StreamedResponse | null;
  readonly next: Promise<Response> | null;
  readonly outputUrl: string | undefined;
}

async function readStream(
  { body }: Response,
  listeners: StreamListeners,
  follow: (url: string) => Promise<Response>,
): Promise<StreamEnd> {
  let next: Promise<Response> | null = null;
  let outputUrl: string | undefined;
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
          ({ outputUrl } = data);
          break;
        case "inngest.response":
          // Written by the endpoint.
          return { response: data.response as StreamedResponse, next: null, outputUrl };
      }
    }
  }
  return { response: null, next, outputUrl };
}

function isStream({ headers }: Response): boolean {
  return (headers.get("content-type") ?? "").includes("text/event-stream");
}

function responseOf({ body, headers, statusCode }: StreamedResponse): Response {
  const isBodiless = statusCode === 204 || statusCode === 205 || statusCode === 304;
  return new Response(isBodiless ? null : body, { status: statusCode, headers });
}

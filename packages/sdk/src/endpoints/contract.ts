import type { Logger } from "../logging/contract.ts";
import type { GroupTools, StepTools } from "../steps/step-tools.ts";

/** How an endpoint behaves. */
export interface EndpointOptions {
  /** Its name on the server. Without one it is called by its method and path. */
  readonly functionId?: string;
  /** Attempts after the first, 0 to 20; 4 when left out. */
  readonly retries?: number;
  /** What a caller gets whose request goes on without him: a redirect to the outcome, which is the default, or a token for it. */
  readonly asyncResponse?: "redirect" | "token";
  /**
   * Where the app serves its `endpointProxy()`: a path, or a whole address. Callers are then sent there, and not to the
   * server. A client that seals needs it, since the server cannot read the outcome.
   */
  readonly asyncRedirectUrl?: string;
}

/** What a handler is called with beside its request. */
export interface EndpointContext {
  readonly step: StepTools;
  readonly group: GroupTools;
  readonly runId: string;
  /** Silent while finished steps are replayed. */
  readonly logger: Logger;
  readonly stream: EndpointStream;
}

/**
 * Answers a request: with a `Response` of text, or with what JSON can hold. It is called anew after each step that had to
 * wait, and finished steps return what they returned.
 *
 * In such a later call the request has its method, address, content type and body, and no other header: what a handler needs
 * of others it reads in a step.
 */
export type EndpointHandler = (request: Request, context: EndpointContext) => unknown;

/** An endpoint as a framework calls it. */
export type Endpoint = (request: Request) => Promise<Response>;

/** What `pipe` reads from: text or UTF-8 bytes, piece by piece. */
export type StreamSource =
  | ReadableStream<string>
  | ReadableStream<Uint8Array>
  | AsyncIterable<string | Uint8Array>;

/** Words to a caller who reads along, with `Accept: text/event-stream`. Nobody else hears them, and nothing of them is kept. */
export interface EndpointStream {
  /**
   * Says something now. Outside of steps it is silent while finished steps are replayed; what a step says is said again
   * when the step is tried again, after word that it was taken back.
   */
  push(data: unknown): void;
  /** Says each piece as it comes, and gives back the whole text. */
  pipe(source: StreamSource): Promise<string>;
}

/** An answer as the server keeps it. */
export interface RecordedResponse {
  readonly status: number;
  /** Names in lower case; `set-cookie` may have several values. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

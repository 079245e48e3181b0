/** A request as an adapter hands it over. Nothing of it is read before it is verified, but what verifying needs. */
export interface IncomingRequest {
  readonly method: string;
  /** Path and query as the server asked for them, from `/`: `/api/inngest?fnId=shop-ship&stepId=step`. */
  readonly target: string;
  /** Scheme and host by which the request came, as far as the platform knows: `https://shop.example`. */
  readonly origin: string;
  /** Address at the other end of the connection, where the platform tells. It cannot be written by the caller. */
  readonly peerAddress?: string | null;
  header(name: string): string | null;
  /**
   * The raw bytes. Rejects with `body_too_large` as soon as there are more than `bytesMax`.
   * Called once.
   */
  body(bytesMax: number): Promise<Uint8Array>;
}

/** An answer as an adapter writes it. */
export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array>;
}

/** What an adapter calls. Never rejects. */
export type Handler = (request: IncomingRequest) => Promise<OutgoingAnswer>;

/** How an app is served. */
export interface ServeOptions<Client, Fn> {
  readonly client: Client;
  readonly functions: readonly Fn[];
  /** The app's own address, when requests do not tell it: `https://shop.example`. */
  readonly serveOrigin?: string;
  /** The path at which the world reaches the handler, when a proxy changes it. */
  readonly servePath?: string;
  /** Answer at once and write the outcome when it is there: for platforms that end silent requests. */
  readonly streaming?: boolean;
}

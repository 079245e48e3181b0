/** What a room asks of the network: one request, one outcome, never an exception for what the network does. */
export interface Egress {
  send(request: EgressRequest): Promise<EgressOutcome>;
  /** Refuses new requests, waits for those under way, closes the connections. */
  close(): Promise<void>;
}

/** A network behind a policy. */
export interface GuardedEgress extends Egress {
  /** The policy has changed: connections that nothing uses are closed, so that what is asked next is judged by it. */
  reconsider(): void;
}

export interface EgressRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Further headers, made anew for each hop when a connection is there: signatures that go by the path and the time.
   * `path` is that of the request line, with its query. Must not throw.
   */
  readonly sign?: (path: string) => Readonly<Record<string, string>>;
  readonly body: string | null;
  /** From the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  readonly responseBytesMax: number;
  readonly signal?: AbortSignal;
  /** Requests of one share to an origin wait for connections of their own, and never behind those of another share. */
  readonly share?: string;
}

/**
 * `refused`: the egress policy does not let it out; nobody was connected to. `unreachable`: nothing listens, the name does not resolve, TLS failed. `reset`: the connection broke after the request
 * began. `timed_out`, `too_large`: the limit of the request. `redirect_refused`: the answer points to another origin, where
 * a signature must not go, or the chain is too long. `protocol`: what came back is not HTTP, or names an unknown encoding.
 */
export type EgressFailureCode =
  | "unreachable"
  | "refused"
  | "reset"
  | "timed_out"
  | "too_large"
  | "redirect_refused"
  | "protocol"
  | "aborted";

/** A limit of the egress policy, by the name under which operators set it. */
export type EgressLimitRule = "timeout" | "answer_size" | "concurrency";

export type EgressOutcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** Names in lower case; repeated headers joined with ", ". */
      readonly headers: Readonly<Record<string, string>>;
      /** Decoded (gzip, br, deflate) and read as UTF-8. */
      readonly body: string;
    }
  | {
      readonly kind: "failed";
      readonly code: EgressFailureCode;
      /** A sentence without secrets: origin and path, never the query or the body. */
      readonly message: string;
      /** Status of the answer, when its head had arrived before the failure. */
      readonly status: number | null;
      /** The limit of the egress policy that was met, if it was one. */
      readonly rule?: EgressLimitRule;
    };

import type { SigningKey } from "@holdfast/protocol";
import type { ErrorClasses } from "../errors/error-classes.ts";
import type { Checkpointing, FunctionRecord } from "../functions/contract.ts";
import type { Logger } from "../logging/contract.ts";
import type { MiddlewareEntry } from "../middleware/contract.ts";
import type { PayloadStage } from "../payloads/contract.ts";
import type { World } from "../platform/contract.ts";
import type { RequestSigner, RequestVerifier } from "../signatures/contract.ts";

/** `dev`: a server of one's own machine, no keys. `production`: whatever is not verified is refused. */
export type Mode = "dev" | "production";

/** What the server answered. */
export interface ApiAnswer {
  readonly status: number;
  /** Parsed JSON, or the text when it is none. */
  readonly body: unknown;
  readonly headers: Headers;
}

/** The server's HTTP API, spoken with this app's key: with the fallback key after a 401 or 403. */
export interface Api {
  /**
   * Sends a JSON text. What may be repeated is, up to 5 times from 100 ms, as long as the server does not answer or
   * answers 5xx or 429.
   *
   * @throws HoldfastError `server_unreachable` when nobody answered, `answer_unverified` when somebody else did; any status
   * is an answer.
   */
  request(request: {
    readonly method: "GET" | "POST" | "DELETE";
    /** From `/`, with its query. */
    readonly path: string;
    readonly body: string | null;
    readonly isRepeatable: boolean;
    readonly headers?: Readonly<Record<string, string>>;
  }): Promise<ApiAnswer>;
}

/** A client as the core holds it. Found by `stateOf(client)`: secrets are in no property of the client. */
export interface ClientState {
  readonly app: string;
  readonly appVersion: string | null;
  /** Empty when none was named. */
  readonly environment: string;
  readonly mode: Mode;
  /** Origin of the server's API, without a slash at the end. */
  readonly apiOrigin: string;
  readonly eventOrigin: string;
  /** In production at least one; the first signs, all are accepted. */
  readonly signingKeys: readonly SigningKey[];
  /** Null in dev. */
  readonly verifier: RequestVerifier | null;
  readonly signer: RequestSigner;
  readonly serveOrigin: string | null;
  readonly servePath: string | null;
  readonly streaming: boolean;
  readonly isInBandSyncAllowed: boolean;
  readonly middleware: readonly MiddlewareEntry[];
  readonly stage: PayloadStage;
  readonly logger: Logger;
  readonly world: World;
  readonly api: Api;
  /** What sends events; null or absent when there is none. */
  readonly eventKey?: string | null;
  /** The app's own classes of errors, for replays. */
  readonly errorClasses?: ErrorClasses;
  /** For functions that do not say otherwise. */
  readonly checkpointing?: Checkpointing | null;
  /** Every function made with this client, by slug. */
  readonly functions: ReadonlyMap<string, FunctionRecord>;
}

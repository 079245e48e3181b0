import type { ErrorClass } from "../errors/error-classes.ts";
import type { CheckpointingOption } from "../functions/options.ts";
import type { Logger } from "../logging/contract.ts";
import type { MiddlewareEntry } from "../middleware/contract.ts";
import type { World } from "../platform/contract.ts";
import type { NonceMemory, SignatureMode } from "../signatures/contract.ts";
import type { Mode } from "./contract.ts";

/** What a client is made of. What is left out is read from the environment, where a variable is named. */
export interface ClientOptions<Entries extends readonly MiddlewareEntry[] = readonly MiddlewareEntry[]> {
  /** The app's name on the server, and the beginning of every function's. */
  readonly id: string;
  /** `HOLDFAST_EVENT_KEY`. */
  readonly eventKey?: string;
  /** `HOLDFAST_SIGNING_KEY`. Verifies calls, and authenticates the app to the server. */
  readonly signingKey?: string;
  /** `HOLDFAST_SIGNING_KEY_FALLBACK`. Accepted beside the other while keys are exchanged. */
  readonly signingKeyFallback?: string;
  /** `HOLDFAST_SERVER_KEYS`, with commas between. Public keys that verify calls: `ed25519:<key id>:<base64url>`. */
  readonly serverKeys?: readonly string[];
  /** `HOLDFAST_BASE_URL`; or `HOLDFAST_API_BASE_URL` and `HOLDFAST_EVENT_API_BASE_URL` one by one. */
  readonly baseUrl?: string;
  /** `HOLDFAST_ENV`. */
  readonly env?: string;
  /** `HOLDFAST_DEV`: 1, true, 0, false, or the URL of a server on this machine or a private network. Else `production`. */
  readonly mode?: Mode;
  readonly fetch?: typeof fetch;
  readonly logger?: Logger;
  readonly middleware?: Entries;
  readonly appVersion?: string;
  /** For functions that do not say otherwise. */
  readonly checkpointing?: CheckpointingOption;
  /** `HOLDFAST_SERVE_ORIGIN`: the app's own scheme and host, when requests do not tell. */
  readonly serveOrigin?: string;
  /** `HOLDFAST_SERVE_PATH`. */
  readonly servePath?: string;
  /** `HOLDFAST_STREAMING`. */
  readonly streaming?: boolean;
  /** `HOLDFAST_SIGNATURES`. */
  readonly signatures?: SignatureMode;
  /** What remembers calls, so that each counts once: for apps of which several processes may get the same call. */
  readonly nonces?: NonceMemory;
  /** Classes of the app's own errors, so that `instanceof` holds after a replay. */
  readonly errorClasses?: readonly ErrorClass[];
  /** The environment, on platforms where it comes with each request. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Clock, chance and network, for tests. */
  readonly world?: World;
}

/** Every option by name; the compiler holds the list against the type. */
const NAMES: Readonly<Record<keyof ClientOptions, true>> = {
  id: true,
  eventKey: true,
  signingKey: true,
  signingKeyFallback: true,
  serverKeys: true,
  baseUrl: true,
  env: true,
  mode: true,
  fetch: true,
  logger: true,
  middleware: true,
  appVersion: true,
  checkpointing: true,
  serveOrigin: true,
  servePath: true,
  streaming: true,
  signatures: true,
  nonces: true,
  errorClasses: true,
  variables: true,
  world: true,
};

/** The first member of an object that is no option of a client, or null. */
export function unknownOption(options: object): string | null {
  return Object.keys(options).find((name) => !Object.hasOwn(NAMES, name)) ?? null;
}

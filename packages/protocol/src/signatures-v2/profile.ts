import { Header } from "../headers.ts";

/**
 * What a signed message is for. A signature counts for its own purpose only. `call`, `endpoint` (a durable endpoint goes on),
 * `sync` and `probe` go from server to app, `api` from app to server, and an `answer` goes back the way its request came.
 */
export type SignatureTag = "call" | "endpoint" | "sync" | "probe" | "api" | "answer";

export type SignatureAlgorithm = "hmac-sha256" | "ed25519";

/** A request as its signature sees it. */
export interface SignedRequest {
  readonly kind: "request";
  readonly method: string;
  /** Path and query as they stand on the request line, from `/`. */
  readonly target: string;
  /** By name in lower case; null when there is none. Repeated ones joined with ", ". */
  header(name: string): string | null;
}

/** An answer as its signature sees it. */
export interface SignedAnswer {
  readonly kind: "answer";
  readonly status: number;
  header(name: string): string | null;
}

export type SignedMessage = SignedRequest | SignedAnswer;

/** Holdfast signatures v2: the figures of the profile. */
export const SIGNATURE_V2 = {
  /** The one member of `Signature-Input` and `Signature`. */
  label: "holdfast",
  lifetimeSeconds: 60,
  /** How far two clocks may be apart. */
  skewMs: 30_000,
  nonceBytes: 16,
} as const;

/** What a message of a purpose covers, in this order: always, and when the message has it. */
interface Coverage {
  readonly always: readonly string[];
  readonly whenPresent: readonly string[];
}

const REQUEST = ["@method", "@path", "@query", Header.contentDigest, Header.audience] as const;

/**
 * Everything a receiver acts on is covered. A header of `whenPresent` that is taken away or put in changes the list, which
 * the signature covers too.
 */
const COVERAGE: Readonly<Record<SignatureTag, Coverage>> = {
  call: {
    always: [...REQUEST, Header.runId, Header.requestId],
    whenPresent: [
      Header.generationId,
      Header.jobId,
      Header.stepId,
      Header.requestVersion,
      Header.forceStepPlan,
      Header.serverKind,
    ],
  },
  endpoint: {
    always: [...REQUEST, Header.runId, Header.requestId, Header.forceStepPlan],
    whenPresent: [Header.generationId, Header.jobId, Header.stepId, Header.requestVersion, Header.serverKind],
  },
  sync: { always: REQUEST, whenPresent: [Header.syncKind, Header.serverKind] },
  probe: { always: REQUEST, whenPresent: [Header.serverKind] },
  api: { always: REQUEST, whenPresent: [] },
  answer: {
    always: ["@status", Header.contentDigest],
    whenPresent: [Header.noRetry, Header.retryAfter, Header.requestVersion, Header.syncKind],
  },
};

/** Headers of an answer that its signature covers when they are there. */
export const COVERED_ANSWER_HEADERS: readonly string[] = COVERAGE.answer.whenPresent;

/**
 * What a request from a server must be signed as: one that names a run is a call, and one that also says how steps are
 * planned, which the body of a call says, has a durable endpoint go on.
 */
export function serverTag(
  request: Pick<SignedRequest, "method" | "header">,
): "call" | "endpoint" | "sync" | "probe" {
  if (request.header(Header.runId) !== null) {
    return request.header(Header.forceStepPlan) === null ? "call" : "endpoint";
  }
  return request.method === "PUT" ? "sync" : "probe";
}

/** The components a message covers for a purpose, by name and value, or the name of one that it lacks or cannot sign. */
export function coveredComponents(
  message: SignedMessage,
  tag: SignatureTag,
):
  | { readonly ok: true; readonly components: readonly Component[] }
  | { readonly ok: false; readonly name: string } {
  const { always, whenPresent } = COVERAGE[tag];
  const components: Component[] = [];
  for (const name of always) {
    const value = valueOf(message, name);
    if (value === null || !isPlain(value)) return { ok: false, name };
    components.push([name, value]);
  }
  for (const name of whenPresent) {
    const value = valueOf(message, name);
    if (value === null) continue;
    if (!isPlain(value)) return { ok: false, name };
    components.push([name, value]);
  }
  return { ok: true, components };
}

export type Component = readonly [name: string, value: string];

/** RFC 9421, 2.1 and 2.2. */
function valueOf(message: SignedMessage, name: string): string | null {
  if (!name.startsWith("@")) return message.header(name)?.trim() ?? null;
  if (message.kind === "answer") return name === "@status" ? String(message.status) : null;
  const { method, target } = message;
  if (!target.startsWith("/")) return null;
  const queryAt = target.indexOf("?");
  switch (name) {
    case "@method":
      return method;
    case "@path":
      return queryAt < 0 ? target : target.slice(0, queryAt);
    case "@query":
      return queryAt < 0 ? "?" : target.slice(queryAt);
    default:
      return null;
  }
}

/** Visible ASCII and spaces: a line feed would begin a component of its own. */
function isPlain(value: string): boolean {
  return /^[\x20-\x7e]*$/.test(value);
}

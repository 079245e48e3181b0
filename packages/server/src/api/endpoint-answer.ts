import type { JournalEntry } from "#store";

/** What the caller of a durable endpoint gets in the end. */
export interface EndpointAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Headers of an app's answer that are not repeated: those of one connection, those that the body has outgrown, and those
 * by which an app would speak for the origin of this server.
 */
const OMITTED: ReadonlySet<string> = new Set([
  "alt-svc",
  "clear-site-data",
  "connection",
  "content-encoding",
  "content-length",
  "content-security-policy",
  "keep-alive",
  "nel",
  "proxy-authenticate",
  "proxy-authentication-info",
  "refresh",
  "report-to",
  "reporting-endpoints",
  "service-worker-allowed",
  "set-cookie",
  "set-cookie2",
  "strict-transport-security",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-content-type-options",
  "x-request-id",
]);

/** A name and a value as RFC 9110 (5.1, 5.5) has them. */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^[\t\u{20}-\u{7e}\u{80}-\u{ff}]*$/u;

/**
 * The answer that an ended run gives to the request which started it (wire-protocol 16.3): the one its app recorded, its
 * plain output where the app recorded none, or 500 with what went wrong. Pure.
 *
 * @param end the run's `run.ended` entry
 */
export function endpointAnswer(end: JournalEntry): EndpointAnswer {
  // Written by the executor.
  const { error, output, reason, status } = JSON.parse(end.data ?? "{}") as Readonly<Record<string, unknown>>;
  if (status === "Completed") return recordedAnswer(output) ?? json(200, output ?? null);
  const message = typeof reason === "string" ? `function cancelled: ${reason}` : "function cancelled";
  return json(500, {
    status: String(status).toLowerCase(),
    error: error ?? { name: "Error", message },
  });
}

/** The status, headers and body in an output, or null where it has none. */
function recordedAnswer(output: unknown): EndpointAnswer | null {
  if (typeof output !== "object" || output === null) return null;
  const { body, headers, status } = output as Readonly<Record<string, unknown>>;
  // An answer that only announces another has no meaning here.
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) return null;
  return {
    status,
    headers: keptHeaders(headers),
    body: typeof body === "string" ? body : body === undefined || body === null ? "" : JSON.stringify(body),
  };
}

/** A value may be a text, or a list of them. */
function keptHeaders(headers: unknown): Readonly<Record<string, string>> {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers).flatMap(([given, value]) => {
      const name = given.toLowerCase();
      const text: unknown = Array.isArray(value) ? value.join(", ") : value;
      const isKept = NAME.test(name) && typeof text === "string" && VALUE.test(text) && !OMITTED.has(name);
      return isKept ? [[name, text]] : [];
    }),
  );
}

function json(status: number, value: unknown): EndpointAnswer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(value),
  };
}

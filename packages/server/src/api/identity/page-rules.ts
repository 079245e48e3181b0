import type { Digest } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyRequest } from "fastify";

const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * What a page of this server shows with whatever it changes, so that no other page can have it done: derived from the session's
 * secret, which pages cannot read. Pure.
 */
export function csrfTokenOf(sessionSecret: string, digest: Digest): string {
  return digest.hmacSha256Hex(sessionSecret, "holdfast csrf token");
}

/**
 * Holds a request to what only pages of this origin can send: JSON, from here as the browser says, and with the token of the
 * session when there is one. Reading is free of it, since no other origin is given the answer. Null, or why it is refused.
 *
 * @param token what `x-csrf` has to be; null: nobody is signed in, so that there is nothing to protect but the sign-in itself
 */
export function pageRefusal(
  request: FastifyRequest,
  publicUrl: string,
  token: string | null,
  digest: Digest,
): HoldfastError | null {
  const { headers, method } = request;
  const site = headers["sec-fetch-site"];
  const isOwnSite = site === undefined || site === "same-origin" || site === "none";
  if (!isOwnSite) return refusal("It was sent by a page of another site.");
  const { origin } = headers;
  if (origin !== undefined && !isOwnOrigin(origin, publicUrl, headers.host))
    return refusal("It was sent by a page of another origin.");
  if (READING.has(method)) return null;
  if (!/^application\/json\s*(?:;|$)/i.test(sentType(request)))
    return refusal("What changes something is sent as application/json.");
  // A browser that says neither is none, or one of those that are too old to be protected.
  if (site === undefined && origin === undefined) return refusal("It does not say which page it comes from.");
  const shown = headers["x-csrf"];
  if (token !== null && (typeof shown !== "string" || !digest.equal(shown, token)))
    return refusal("It lacks the session's token, or has another one.");
  return null;
}

/** Why a session that owes a second factor opens nothing else. Pure. */
export function factorRequired(must: "enrol_second_factor" | "show_second_factor"): HoldfastError {
  return must === "enrol_second_factor"
    ? new HoldfastError(
        "mfa_required",
        "Your role asks for a second factor, which this account does not have yet.",
      )
    : new HoldfastError(
        "mfa_required",
        "Your role asks for a second factor, which this session has not shown.",
        { next: "Show a passkey, a code of the authenticator, or a recovery code." },
      );
}

/** That of the public URL, or of the host that was called: the door lets none in that is not this server's. */
function isOwnOrigin(origin: string, publicUrl: string, host: string | undefined): boolean {
  const { origin: own, protocol } = new URL(publicUrl);
  return origin === own || origin === `${protocol}//${host ?? ""}`;
}

function refusal(why: string): HoldfastError {
  return new HoldfastError("csrf", `The request was not taken. ${why}`);
}

/** The content type as it was sent: before any route is asked, bodies are made bytes of no type. */
function sentType(request: FastifyRequest): string {
  const { rawHeaders } = request.raw;
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "content-type",
  );
  return values.length === 1 ? (values[0] ?? "") : "";
}

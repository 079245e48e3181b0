import { hasV2Signature, Header } from "@holdfast/protocol";
import type { Keys } from "#keys";

/** What of a request tells whose it is. */
export interface RequestFacts {
  readonly method: string;
  /** Path and query, as they stand on the request line. */
  readonly target: string;
  /** A header by its name in lower case; repeated ones joined. */
  readonly header: (name: string) => string | null;
}

/** An environment with keys of its own. */
export interface KeyOwner {
  readonly name: string;
  /** UUID, which some tokens name. */
  readonly id: string;
  readonly keys: Keys;
}

/**
 * Whose request it is: that of the environment whose key it shows. The key decides, and nothing else of the request does.
 * Null when it shows none that is known here; then the main environment's API refuses it, in its own words.
 *
 * Nothing is decided about the request yet: the API that it is handed to checks it again, by its keys alone.
 */
export function chooseEnvironment<Owner extends KeyOwner>(
  request: RequestFacts,
  owners: readonly Owner[],
  nowMs: number,
): Owner | null {
  const { header, method, target } = request;
  const eventKey = eventKeyIn(target);
  if (eventKey !== null) return owners.find(({ keys }) => knowsEventKey(keys, eventKey)) ?? null;
  if (hasV2Signature({ header }))
    return (
      owners.find(({ keys }) => keys.v2?.openRequest({ method, target, header }, nowMs).ok === true) ?? null
    );
  const authorization = header("authorization");
  const token = tokenIn(target) ?? /^Bearer +(\S+)\s*$/i.exec(authorization ?? "")?.[1] ?? null;
  const named = token === null ? null : environmentOf(token);
  if (named !== null) return owners.find(({ name, id }) => name === named || id === named) ?? null;
  if (authorization === null) return null;
  return owners.find(({ keys }) => keys.checkBearer(authorization).ok) ?? null;
}

/** Which branch of a family a request is about, in the words of its app; null: the family itself. */
export function branchIn(request: RequestFacts): string | null {
  const branch = request.header(Header.environment);
  return branch === null || branch === "" ? null : branch;
}

function knowsEventKey(keys: Keys, key: string): boolean {
  const verdict = keys.checkEventKey({ key, address: null, origin: null });
  return verdict.ok || verdict.reason === "address" || verdict.reason === "origin";
}

function eventKeyIn(target: string): string | null {
  const key = /^\/e\/([^/?#]+)/.exec(target)?.[1];
  if (key === undefined) return null;
  try {
    return decodeURIComponent(key);
  } catch {
    // The API's router refuses such a path.
    return null;
  }
}

function tokenIn(target: string): string | null {
  const query = target.indexOf("?");
  return query < 0 ? null : new URLSearchParams(target.slice(query)).get("token");
}

/** Which environment a token of a run says it is for. It is believed by nobody: that one's API verifies it. */
function environmentOf(token: string): string | null {
  const [, claims, signature] = token.split(".");
  if (claims === undefined || signature === undefined) return null;
  try {
    const { env } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as { env?: unknown };
    return typeof env === "string" ? env : null;
  } catch {
    return null;
  }
}

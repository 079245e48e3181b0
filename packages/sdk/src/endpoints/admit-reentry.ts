import { Header, isHoldfastError, isUlid, LIMITS } from "@holdfast/protocol";
import { readWebBody } from "../adapters/web-body.ts";
import type { ClientState } from "../client/contract.ts";
import { isLocalOrigin } from "../serve/local-host.ts";
import { FORBIDDEN, UNAUTHORIZED } from "../serve/refusal.ts";
import type { OutgoingAnswer } from "../serve/contract.ts";
import type { RequestVerdict } from "../signatures/contract.ts";

/** Whether a request that says it goes on with a run may do so. */
export type ReentryAdmission =
  | {
      readonly isAdmitted: true;
      readonly runId: string;
      readonly body: Uint8Array;
      /** Null in development, where answers are not signed. */
      readonly verdict: (RequestVerdict & { readonly ok: true }) | null;
    }
  | { readonly isAdmitted: false; readonly answer: OutgoingAnswer; readonly reason: string };

/** Methods of which the protocol's own signature covers the body. */
const SIGNED_BODY: ReadonlySet<string> = new Set(["POST", "PUT"]);
const NO_BODY = new Uint8Array();

/** Whether a request says that it goes on with a run (wire-protocol 16.4). Nothing is proved by that. */
export function claimsReentry(headers: Headers): boolean {
  return (
    headers.has(Header.runId) && (headers.has(Header.signature) || headers.has(Header.messageSignatureInput))
  );
}

/**
 * Decides whether a request that claims a run comes from somebody who may: the holder of a key, or in development this
 * machine and no page. The protocol's own signature covers neither address nor headers, so that what it admits is still to
 * be held against the run itself. Never rejects.
 */
export async function admitReentry(
  client: ClientState,
  request: Request,
  /** Path and query as the server asked for them. */
  target: string,
): Promise<ReentryAdmission> {
  const runId = request.headers.get(Header.runId) ?? "";
  const isDev = client.mode === "dev";
  const refused = (reason: string): ReentryAdmission => ({
    isAdmitted: false,
    answer: isDev ? FORBIDDEN : UNAUTHORIZED,
    reason,
  });
  try {
    if (!isUlid(runId)) return refused("no run");
    if (isDev) {
      if (!isLocalOrigin(new URL(request.url).origin)) return refused("another host");
      if (request.headers.has("origin")) return refused("a page in a browser");
      return {
        isAdmitted: true,
        runId,
        body: await readWebBody(request, LIMITS.callBodyBytes),
        verdict: null,
      };
    }
    const body = await readWebBody(request, LIMITS.callBodyBytes);
    const verdict = await verdictOf(client, request, target, body);
    return verdict.ok ? { isAdmitted: true, runId, body, verdict } : refused(verdict.reason);
  } catch (error) {
    return refused(isHoldfastError(error) ? error.code : "unreadable");
  }
}

async function verdictOf(
  { verifier }: ClientState,
  request: Request,
  target: string,
  body: Uint8Array,
): Promise<RequestVerdict> {
  if (verifier === null) return { ok: false, reason: "no verifier" };
  const { method } = request;
  const asked = { method, target, header: (name: string) => request.headers.get(name) };
  const whole = await verifier.verify(asked, body);
  // What was signed for another purpose is no leave to go on with a run.
  if (whole.ok && whole.scheme === "v2" && whole.tag !== "endpoint") return { ok: false, reason: "purpose" };
  if (whole.ok || body.length === 0 || SIGNED_BODY.has(method)) return whole;
  const bare = await verifier.verify(asked, NO_BODY);
  // A v2 signature covers the body of every method.
  return bare.ok && bare.scheme === "compat" ? bare : whole;
}

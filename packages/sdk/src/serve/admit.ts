import { HoldfastError, isHoldfastError, LIMITS } from "@holdfast/protocol";
import type { ClientState } from "../client/contract.ts";
import type { RequestVerdict } from "../signatures/contract.ts";
import type { IncomingRequest, OutgoingAnswer } from "./contract.ts";
import { isLocalAddress, isLocalOrigin } from "./local-host.ts";
import { FORBIDDEN, UNAUTHORIZED } from "./refusal.ts";

/** Whether a request may be acted on. Until that is known nothing of it is parsed, and no code of the author's runs. */
export type Admission =
  | {
      readonly isAdmitted: true;
      readonly body: Uint8Array;
      /** Null in development, where answers are not signed. */
      readonly verdict: (RequestVerdict & { readonly ok: true }) | null;
    }
  | {
      readonly isAdmitted: false;
      readonly answer: OutgoingAnswer;
      /** For the log. */
      readonly reason: string;
    };

const NO_BODY = new Uint8Array();

/** The methods that may have a body worth reading. */
const BODY_METHODS: ReadonlySet<string> = new Set(["POST", "PUT"]);

/**
 * Decides whether a request comes from somebody who may ask. In production that is the holder of a key and nobody else,
 * for every method: the signature is verified over the raw bytes, and whatever goes wrong on the way there is the same
 * refusal. In development it is this machine or a private network, by the address at the other end where the platform tells it, by
 * `Host`, and by not coming from a page.
 *
 * Never rejects.
 */
export async function admit(
  client: ClientState,
  request: IncomingRequest,
  /** Path and query as the server asked for them, which a proxy may have changed since. */
  target: string,
): Promise<Admission> {
  return client.mode === "dev" ? admitLocal(client, request) : admitSigned(client, request, target);
}

async function admitSigned(
  client: ClientState,
  request: IncomingRequest,
  target: string,
): Promise<Admission> {
  try {
    const body = await bodyOf(client, request);
    const header = (name: string): string | null => request.header(name);
    const verdict = await client.verifier?.verify({ method: request.method, target, header }, body);
    if (verdict?.ok === true) return { isAdmitted: true, body, verdict };
    return refused(verdict?.reason ?? "no verifier");
  } catch (error) {
    // Callers learn nothing from how it failed, not even that it did.
    return refused(isHoldfastError(error) ? error.code : "unreadable");
  }
}

async function admitLocal(client: ClientState, request: IncomingRequest): Promise<Admission> {
  try {
    if (!isLocalOrigin(request.origin)) return forbidden("another host");
    const { peerAddress = null } = request;
    if (peerAddress !== null && !isLocalAddress(peerAddress)) return forbidden("another machine");
    if (request.header("origin") !== null) return forbidden("a page in a browser");
    return { isAdmitted: true, body: await bodyOf(client, request), verdict: null };
  } catch (error) {
    return forbidden(isHoldfastError(error) ? error.code : "unreadable");
  }
}

function refused(reason: string): Admission {
  return { isAdmitted: false, answer: UNAUTHORIZED, reason };
}

function forbidden(reason: string): Admission {
  return { isAdmitted: false, answer: FORBIDDEN, reason };
}

/** The body, of the methods that have one; an endless one is given up at the limit, a slow one at the deadline. */
function bodyOf({ world }: ClientState, request: IncomingRequest): Promise<Uint8Array> {
  if (!BODY_METHODS.has(request.method)) return Promise.resolve(NO_BODY);
  const reading = request.body(LIMITS.callBodyBytes);
  return new Promise((resolve, reject) => {
    const deadline = world.after(LIMITS.callBodyMs, () =>
      reject(new HoldfastError("timed_out", "The body did not arrive in time.")),
    );
    const stop = (): void => deadline.cancel();
    reading.then(resolve, reject).then(stop, stop);
  });
}

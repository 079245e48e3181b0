import { Header, LIMITS } from "@holdfast/protocol";
import type { SignedRequest } from "@holdfast/protocol";
import type { Egress, EgressOutcome } from "#egress";
import type { Clock, Ids, Random } from "#kernel";
import type { Keys } from "#keys";
import type { FunctionDefinition } from "#registry";
import type { QueueItem } from "#store";
import type { CallRequest } from "./call-request.ts";
import { callRequest } from "./call-request.ts";
import type { EndpointCall } from "./endpoint-call.ts";
import { endpointCall } from "./endpoint-call.ts";
import type { AnswerCheck } from "./reply.ts";
import type { RunState } from "./run-state.ts";
import { shownKey } from "./shown-key.ts";

/** What a call came to on the network, and how its answer is to be checked; null where nobody signs answers. */
export interface CallOutcome {
  readonly outcome: EgressOutcome;
  readonly check: AnswerCheck | null;
}

/** Calls an app for one queue item. The port through which the executor reaches apps; HTTP is one way, not the only one. */
export interface Caller {
  call(
    state: RunState,
    item: QueueItem,
    definition: FunctionDefinition,
    signal: AbortSignal,
  ): Promise<CallOutcome>;
}

/**
 * Calls over signed HTTP: with the protocol's own signature, which every SDK verifies, and with one of v2. Signatures are
 * made as late as possible: their time is the time of sending. The answer of an app that said it signs must belong to
 * its call.
 */
export function createHttpCaller(deps: {
  readonly egress: Egress;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly serverKind: string;
  /** Whether every app must sign its answers, whatever it said of itself. */
  readonly requireV2: boolean;
}): Caller {
  return {
    async call(...given) {
      const { keys } = deps;
      const answered = await callWith(keys, ...given);
      const { other } = keys;
      const [, , definition] = given;
      if (other === null || answered.outcome.kind !== "answered") return answered;
      const { outcome } = answered;
      // While keys are rotated an app may have the other one alone. It refuses before any code of its user's runs.
      if (outcome.status !== 401) {
        observe(keys, definition, outcome);
        return answered;
      }
      const again = await callWith(other, ...given);
      if (again.outcome.kind === "answered" && again.outcome.status !== 401)
        observe(other, definition, again.outcome);
      return again;
    },
  };

  /** Notes which key the app showed, if it showed one. */
  function observe(
    keys: Keys,
    { appName }: FunctionDefinition,
    answer: EgressOutcome & { readonly kind: "answered" },
  ): void {
    const keyId = shownKey(keys, answer, deps.clock.now());
    if (keyId !== null) keys.observe({ app: appName, worker: null, keyId, how: "call" });
  }

  async function callWith(
    keys: Keys,
    state: RunState,
    item: QueueItem,
    definition: FunctionDefinition,
    signal: AbortSignal,
  ): Promise<CallOutcome> {
    const { v2 } = keys;
    const trace = hex(deps.random.bytes(24));
    const traceparent = `00-${trace.slice(0, 32)}-${trace.slice(32)}-01`;
    const identity = { requestId: deps.ids.request(), traceparent };
    const isEndpoint = definition.configuration.endpoint === true;
    const request = isEndpoint
      ? endpointCall(state, item, definition, identity)
      : ownCall(callRequest(state, item, definition, identity, v2 !== null));
    if (request === null) return { outcome: NO_REQUEST, check: null };
    const signature = keys.sign(request.signed, deps.clock.now());
    const headers: Readonly<Record<string, string>> = {
      ...request.headers,
      [Header.serverKind]: deps.serverKind,
      // SDKs know a repeated request by this header, and by the run's id: it is there even when nothing is signed.
      ...(signature === null && !isEndpoint ? {} : { [Header.signature]: signature ?? "" }),
    };
    // That of the last hop: whoever redirects a call does not answer it.
    let nonce = "";
    const sign = (path: string): Readonly<Record<string, string>> => {
      if (v2 === null) return {};
      const header = (name: string): string | null => headers[name] ?? null;
      const message: SignedRequest = { kind: "request", method: request.method, target: path, header };
      const alg = definition.signatures === "v2-ed25519" ? "ed25519" : "hmac-sha256";
      const body = request.body ?? "";
      // An endpoint is known by its origin, and not by the app that it is part of.
      const purpose = isEndpoint
        ? ({ tag: "endpoint", app: "" } as const)
        : ({ tag: "call", app: definition.appName } as const);
      const signed = v2.signRequest({ ...purpose, message, body, alg }, deps.clock.now());
      nonce = signed.nonce;
      return signed.headers;
    };
    const outcome = await deps.egress.send({
      method: request.method,
      url: request.url,
      headers,
      ...(v2 === null ? {} : { sign }),
      body: request.body,
      timeoutMs: LIMITS.callMs,
      responseBytesMax: LIMITS.responseBytes,
      signal,
      share: definition.id,
    });
    const mustSign = deps.requireV2 || definition.signatures !== null;
    if (v2 === null || !mustSign) return { outcome, check: null };
    const check: AnswerCheck = (answer, body) => {
      const verdict = v2.verifyAnswer(answer, body, nonce, deps.clock.now());
      return verdict.ok ? null : verdict.reason;
    };
    return { outcome, check };
  }
}

function ownCall(request: CallRequest): EndpointCall {
  return { ...request, method: "POST", signed: request.body };
}

/** A durable endpoint was started by something else than a request: there is none to repeat. */
const NO_REQUEST: EgressOutcome = {
  kind: "failed",
  code: "protocol",
  message: "The run of a durable endpoint was started without a request that could be repeated.",
  status: null,
};

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

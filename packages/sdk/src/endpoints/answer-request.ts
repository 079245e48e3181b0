import type { CallAnswer } from "../execution/contract.ts";
import { execute } from "../execution/execute.ts";
import type { ClientState } from "../client/contract.ts";
import { Header, HoldfastError } from "@holdfast/protocol";
import type { EndpointRequestData } from "../payloads/endpoint-request.ts";
import { ENDPOINT_EVENT } from "../payloads/endpoint-request.ts";
import { sha1Hex } from "../platform/sha1.ts";
import type { BegunRun, RunTokens } from "./begun-run.ts";
import type { RecordedResponse } from "./contract.ts";
import type { EndpointWork } from "./endpoint-record.ts";

/** What becomes of a request. */
export type RequestOutcome =
  | { readonly kind: "answered"; readonly response: RecordedResponse }
  /** For good; `error` is what its handler threw. */
  | { readonly kind: "failed"; readonly error: unknown }
  /** The server goes on with it. */
  | { readonly kind: "continued"; readonly tokens: RunTokens }
  /** The server could not be told of it, so that nothing was done that would have to last. */
  | { readonly kind: "unavailable"; readonly fault: HoldfastError };

/** A request whose run this app begins itself. */
export interface OwnRequest {
  readonly client: ClientState;
  readonly runId: string;
  /** As it is reported. */
  readonly request: EndpointRequestData;
  readonly work: EndpointWork;
  readonly run: BegunRun;
  /** Called before the server is asked to go on, so that a reader can be where it will speak. */
  readonly onHandOver: (tokens: RunTokens) => void;
}

/** An op as far as it is looked at here. */
interface WrittenOp {
  readonly op: string;
}

/** Ops that leave the run where it is. */
const STAYING: ReadonlySet<string> = new Set(["StepRun", "DeferAdd", "DeferAbort"]);

/**
 * Answers a request by executing it here and now, reporting each step (wire-protocol 16.2), until it has an answer, or has
 * to wait for something: then the server goes on with it. Never rejects.
 */
export async function answerRequest(own: OwnRequest): Promise<RequestOutcome> {
  const { client, request, run, runId, work } = own;
  try {
    const { record } = work;
    const event = { name: ENDPOINT_EVENT, data: { ...request }, id: "", ts: client.world.now() };
    const answer = await execute(
      {
        slug: record.slug,
        runId,
        requestId: "",
        jobId: "",
        attempt: 0,
        maxAttempts: record.retries + 1,
        event,
        events: [event],
        memos: new Map(),
        stack: [],
        abortable: new Set(),
        targetStepId: null,
        isPlanOnly: false,
        requestVersion: 2,
        checkpoint: null,
      },
      { record, client, report: (steps) => run.save(steps) },
    );
    if (run.fault !== null) return { kind: "unavailable", fault: run.fault };
    if (run.isStale) return { kind: "continued", tokens: await run.begin() };
    return await (answer.status === 206 ? afterOps(own, answer) : afterFailure(own, answer));
  } catch (error) {
    if (run.isStale) return { kind: "continued", tokens: await run.begin() };
    client.logger.error("A request to a durable endpoint could not be reported.", error);
    const fault = run.fault ?? new HoldfastError("internal_error", "The request could not be reported.");
    return { kind: "unavailable", fault };
  }
}

async function afterOps(own: OwnRequest, { body }: CallAnswer): Promise<RequestOutcome> {
  const { client, run, work } = own;
  // The text is our own.
  const ops = JSON.parse(body) as readonly WrittenOp[];
  const response = work.response();
  if (response !== null && ops.some(({ op }) => op === "RunComplete")) {
    // The caller has his answer, whatever the server may know of it: it asks again when it hears nothing.
    try {
      if (!(await run.save(body)))
        client.logger.error("The server does not have the end of an endpoint's run.");
    } catch (error) {
      client.logger.error("The server does not have the end of an endpoint's run.", error);
    }
    return { kind: "answered", response };
  }
  // Finished steps alone do not hand the run over, and the server would wait for more.
  const isStaying = ops.every(({ op }) => STAYING.has(op));
  const next = JSON.stringify({ op: "DiscoveryRequest", id: sha1Hex("discovery-request-endpoint") });
  const whole = isStaying ? `${body.slice(0, -1)}${ops.length === 0 ? "" : ","}${next}]` : body;
  return handOver(own, whole);
}

async function afterFailure(own: OwnRequest, { body, headers }: CallAnswer): Promise<RequestOutcome> {
  const isFinal = headers[Header.noRetry] === "true";
  const op = isFinal ? "StepFailed" : "StepError";
  const head = JSON.stringify({ op, id: sha1Hex("complete"), displayName: "complete" });
  // The error is text already, and sealed.
  const ops = `[${head.slice(0, -1)},"error":${body}}]`;
  if (!isFinal) return handOver(own, ops);
  if (!(await own.run.save(ops)))
    own.client.logger.error("The server does not know that an endpoint failed.");
  return { kind: "failed", error: own.work.error() };
}

async function handOver({ client, onHandOver, run }: OwnRequest, ops: string): Promise<RequestOutcome> {
  const tokens = await run.begin();
  onHandOver(tokens);
  if (!(await run.save(ops))) {
    client.logger.error(
      "The server does not have the last of an endpoint's run, and goes on when it hears nothing.",
    );
  }
  return { kind: "continued", tokens };
}

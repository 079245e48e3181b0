import type { CallAnswer } from "../../execution/contract.ts";
import type { FunctionRecord } from "../../functions/contract.ts";
import type { IncomingRequest, OutgoingAnswer } from "../contract.ts";
import { createRequestHandler } from "../request-handler.ts";
import type { ServedApp } from "../served-app.ts";
import type { TestState } from "./client-state.ts";
import { signatureFor, testState } from "./client-state.ts";

/** A function of the app `shop`, as the core holds it. */
export function testRecord(id: string): FunctionRecord {
  return {
    app: "shop",
    id,
    slug: `shop-${id}`,
    kind: "function",
    retries: 3,
    checkpointing: null,
    middleware: [],
    handler: () => null,
    validate: () => Promise.resolve(),
    registration: (url) => ({ id: `shop-${id}`, name: id, steps: {}, triggers: [], url }),
  };
}

/** An app with one function, `ship`, and everything that was executed. */
export function testApp(
  changes: Partial<ServedApp> = {},
  test: TestState = testState(),
): TestState & {
  readonly calls: Parameters<ServedApp["execute"]>[0][];
  readonly handle: (request: Partial<TestRequest>) => Promise<OutgoingAnswer>;
} {
  const calls: Parameters<ServedApp["execute"]>[0][] = [];
  const done: CallAnswer = { status: 200, body: '"shipped"', headers: {} };
  const handler = createRequestHandler({
    client: test.state,
    logger: test.state.logger,
    records: new Map([["shop-ship", testRecord("ship")]]),
    framework: "test",
    platform: null,
    serveOrigin: test.state.serveOrigin,
    servePath: test.state.servePath,
    isStreaming: false,
    async execute(call) {
      calls.push(call);
      return done;
    },
    ...changes,
  });
  return { ...test, calls, handle: (request) => handler(incoming(request)) };
}

export interface TestRequest {
  readonly method: string;
  readonly target: string;
  readonly origin: string;
  readonly peerAddress: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Signed with the right key when absent; null for none. */
  readonly signature: string | null;
}

/** A request as an adapter hands it over: a signed call of `ship` unless told otherwise. */
export function incoming(request: Partial<TestRequest>): IncomingRequest {
  const { method = "POST", origin = "https://shop.example", headers = {} } = request;
  const body = request.body ?? (method === "POST" ? callBody() : "");
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const signature =
    request.signature === undefined
      ? signatureFor(typeof body === "string" ? body : new TextDecoder().decode(body))
      : request.signature;
  const all: Readonly<Record<string, string>> = {
    ...(signature === null ? {} : { "x-inngest-signature": signature }),
    ...headers,
  };
  return {
    method,
    target: request.target ?? "/api/inngest?fnId=shop-ship&stepId=step",
    origin,
    peerAddress: request.peerAddress ?? null,
    header: (name) => all[name.toLowerCase()] ?? null,
    body: (bytesMax) =>
      bytes.length > bytesMax ? Promise.reject(new Error("too large")) : Promise.resolve(bytes),
  };
}

export const TEST_RUN = "01J0000000000000000000000A";

/** The body of a call, with members of `ctx` and of the body exchanged. */
export function callBody(
  ctx: Readonly<Record<string, unknown>> = {},
  body: Readonly<Record<string, unknown>> = {},
): string {
  const event = { data: { order: 1 }, id: "evt", name: "order/placed", ts: 1_700_000_000_000 };
  return JSON.stringify({
    ctx: {
      attempt: 0,
      disable_immediate_execution: false,
      env: "",
      fn_id: "00000000-0000-4000-8000-000000000000",
      max_attempts: 4,
      qi_id: "item",
      run_id: TEST_RUN,
      stack: { current: 0, stack: [] },
      step_id: "step",
      use_api: false,
      ...ctx,
    },
    event,
    events: [event],
    steps: {},
    use_api: false,
    version: -1,
    ...body,
  });
}

import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "./listener.ts";
import { startListener } from "./listener.ts";
import { postRegistration, registrationOf } from "./registration.ts";
import { SERVE_PATH } from "./test-app.ts";
import type { ServerPlace } from "./test-server.ts";

/** What a call carries (wire-protocol 5.2), as far as tests look at it. */
export interface CallBody {
  readonly event: Readonly<Record<string, unknown>>;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly steps: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly use_api: boolean;
  readonly ctx: {
    readonly fn_id: string;
    readonly run_id: string;
    readonly attempt: number;
    readonly max_attempts: number;
    readonly stack: { readonly stack: readonly string[]; readonly current: number };
    readonly qi_id: string;
    readonly request_id?: string;
    readonly generation_id?: number;
    readonly disable_immediate_execution: boolean;
  };
}

/** One call as it arrived. */
export interface RawCall {
  readonly functionId: string;
  /** `step`, or the id of the one step that is wanted. */
  readonly stepId: string;
  readonly headers: IncomingHttpHeaders;
  /** When it arrived, Unix ms of this machine. */
  readonly at: number;
  readonly body: CallBody;
}

/** A function that answers by hand. */
export interface RawFunction {
  readonly id: string;
  /** 0 when absent, so that whatever the server does not like ends the run. */
  readonly retries?: number;
  /** Further members of the registered function, on the wire's own terms: `triggers`, `concurrency`, … */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Null breaks the connection without an answer. */
  readonly answer: (call: RawCall) => Answer | null | Promise<Answer | null>;
}

/** An app that speaks the protocol without an SDK, to say what no SDK would. */
export interface RawApp extends AsyncDisposable {
  readonly id: string;
  readonly url: string;
  readonly calls: (functionId: string) => readonly RawCall[];
}

export async function startRawApp(options: {
  readonly server: ServerPlace;
  readonly id: string;
  readonly functions: readonly RawFunction[];
}): Promise<RawApp> {
  const { server, id, functions } = options;
  const calls: RawCall[] = [];
  const listener = await startListener((request) => {
    const { searchParams } = new URL(request.url, "http://app");
    const functionId = searchParams.get("fnId")?.slice(id.length + 1) ?? "";
    const found = functions.find((each) => each.id === functionId);
    if (found === undefined) return { status: 404 };
    const call: RawCall = {
      functionId,
      stepId: searchParams.get("stepId") ?? "",
      headers: request.headers,
      at: Date.now(),
      // The server's call; the tests of calls check its shape.
      body: JSON.parse(request.body) as CallBody,
    };
    calls.push(call);
    return found.answer(call);
  });
  const url = listener.origin + SERVE_PATH;
  const registration = registrationOf(id, url, []);
  const registered = functions.map(({ id: functionId, retries = 0, members }) => {
    // `registrationOf` writes its functions as a list.
    const [base] = registrationOf(id, url, [functionId], {
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: { type: "http", url: `${url}?fnId=${id}-${functionId}&stepId=step` },
          retries: { attempts: retries },
        },
      },
      ...members,
    })["functions"] as readonly unknown[];
    return base;
  });
  const answer = await postRegistration(server, { ...registration, functions: registered });
  if (answer.status !== 200) {
    await listener[Symbol.asyncDispose]();
    throw new Error(`The server refused the app "${id}": ${JSON.stringify(answer.body)}`);
  }
  return {
    id,
    url,
    calls: (functionId) => calls.filter((call) => call.functionId === functionId),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

/** The id under which the n-th repeat of a step travels (wire-protocol 8.1). */
export function stepIdOf(name: string, repeat = 0): string {
  return createHash("sha1")
    .update(repeat === 0 ? name : `${name}:${repeat}`)
    .digest("hex");
}

/** An op with the id of its name; members replace or add what is said. */
export function opOf(
  op: string,
  name: string,
  members: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return { op, id: stepIdOf(name), name, displayName: name, userland: { id: name }, ...members };
}

/** An answer that reports ops. */
export function opsAnswer(ops: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return sdkAnswer(206, ops, { "x-inngest-req-version": "2", ...headers });
}

/** An answer with this status and JSON body, as an SDK would send it. */
export function sdkAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { "x-inngest-sdk": "raw:v0.0.1", ...headers },
    body: JSON.stringify(body),
  };
}

/** Answers the calls of a function in this order; the last answer is given again to whatever comes after. */
export function inTurn(...answers: readonly Answer[]): RawFunction["answer"] {
  let given = 0;
  return () => answers[Math.min(given++, answers.length - 1)] ?? null;
}

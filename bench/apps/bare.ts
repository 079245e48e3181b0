/**
 * An app that speaks the protocol and does nothing else: no framework, no SDK, no middleware.
 * What is measured against it is the server.
 *
 * node bare.ts --port N --signing-key KEY --mode per-step|checkpoint [--server ORIGIN]
 */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { parseArgs } from "node:util";
import type { Pool } from "undici";
import { httpPool, post, readBody } from "../http-call.ts";
import { bearerOf, isSigned, keyText } from "../signing.ts";
import { isWorkloadName, runOutput, stepName, stepOutput, WORKLOADS, WORKLOAD_NAMES } from "../workloads.ts";
import type { WorkloadName } from "../workloads.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    "signing-key": { type: "string" },
    mode: { type: "string", default: "per-step" },
    server: { type: "string" },
  },
});
const port = Number(values.port);
const signingKey = values["signing-key"] ?? "";
const key = keyText(signingKey);
const checkpoints = values.mode === "checkpoint";
const url = `http://127.0.0.1:${port}/api/inngest`;

const ids = Array.from({ length: 10 }, (_, index) =>
  createHash("sha1").update(stepName(index)).digest("hex"),
);

const ANSWER_HEADERS = {
  "content-type": "application/json",
  "x-inngest-sdk": "bare:v0.1.0",
  "x-inngest-req-version": "2",
};

/** The part of a call this app looks at. */
interface Call {
  readonly event: { readonly data: { readonly n: number } };
  readonly steps: Readonly<Record<string, unknown>>;
  readonly ctx: {
    readonly run_id: string;
    readonly fn_id: string;
    readonly qi_id?: string;
    readonly request_id?: string;
    readonly generation_id?: number;
  };
}

function stepRun(workload: WorkloadName, index: number, n: number): Record<string, unknown> {
  const name = stepName(index);
  return {
    op: "StepRun",
    id: ids[index],
    name,
    displayName: name,
    userland: { id: name },
    data: stepOutput(workload, index, n),
  };
}

function stepPlanned(index: number): Record<string, unknown> {
  const name = stepName(index);
  return { op: "StepPlanned", id: ids[index], name, displayName: name, userland: { id: name } };
}

function runComplete(workload: WorkloadName, n: number): Record<string, unknown> {
  return {
    op: "RunComplete",
    id: createHash("sha1").update("complete").digest("hex"),
    data: runOutput(workload, n),
  };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { ...ANSWER_HEADERS, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** The next thing to do, read off the steps the call carries. */
function answerPerStep(workload: WorkloadName, targeted: string, call: Call, response: ServerResponse): void {
  const { n } = call.event.data;
  const { stepCount, parallel } = WORKLOADS[workload];
  if (targeted !== "step") {
    reply(response, 206, [stepRun(workload, ids.indexOf(targeted), n)]);
    return;
  }
  const missing: number[] = [];
  for (let index = 0; index < stepCount; index += 1) {
    if (!((ids[index] as string) in call.steps)) {
      missing.push(index);
      if (!parallel) break;
    }
  }
  const [first] = missing;
  if (first === undefined) reply(response, 200, runOutput(workload, n));
  else if (parallel) reply(response, 206, missing.map(stepPlanned));
  else reply(response, 206, [stepRun(workload, first, n)]);
}

let server: Pool | undefined;

/** Runs every step in one call, makes a buffer of ten durable with one request, and ends the run. */
async function answerCheckpointed(
  workload: WorkloadName,
  call: Call,
  response: ServerResponse,
): Promise<void> {
  const { n } = call.event.data;
  const { stepCount } = WORKLOADS[workload];
  const ops: Record<string, unknown>[] = [];
  for (let index = 0; index < stepCount; index += 1) {
    if (!((ids[index] as string) in call.steps)) ops.push(stepRun(workload, index, n));
  }
  // The SDK posts a full buffer; what is left below ten travels with the answer.
  if (ops.length === 10 && server !== undefined) {
    const { run_id, fn_id, qi_id, request_id, generation_id } = call.ctx;
    const body = JSON.stringify({
      run_id,
      fn_id,
      qi_id,
      request_id,
      generation_id,
      request_started_at: Date.now(),
      steps: ops,
      ts: Date.now(),
    });
    const headers = { "content-type": "application/json", authorization: `Bearer ${bearerOf(signingKey)}` };
    const saved = await post(server, `/v1/checkpoint/${run_id}/async`, headers, body);
    if (saved.status !== 200) throw new Error(`Checkpoint answered ${saved.status}: ${saved.body}`);
    ops.length = 0;
  }
  ops.push(runComplete(workload, n));
  reply(response, 206, ops);
}

/** Answers the server's request to register by calling it back (wire protocol 4.3). */
async function register(response: ServerResponse): Promise<void> {
  if (server === undefined) throw new Error("No --server to register with.");
  const functions = WORKLOAD_NAMES.map((name) => ({
    id: `bench-${name}`,
    name,
    triggers: [{ event: `bench/${name}` }],
    steps: {
      step: {
        id: "step",
        name: "step",
        runtime: { type: "http", url: `${url}?fnId=bench-${name}&stepId=step` },
      },
    },
  }));
  const body = {
    url,
    deployType: "ping",
    framework: "",
    appName: "bench",
    functions,
    sdk: "bare:v0.1.0",
    v: "0.1",
  };
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${bearerOf(signingKey)}`,
    "x-inngest-sdk": "bare:v0.1.0",
    "x-inngest-sync-kind": "out_of_band",
  };
  const answer = await post(server, "/fn/register", headers, JSON.stringify(body));
  if (answer.status === 200) process.send?.({ kind: "registered" });
  reply(response, answer.status, { message: answer.body, modified: true });
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (request.method === "PUT") {
    await register(response);
    return;
  }
  const signature = request.headers["x-inngest-signature"];
  if (typeof signature !== "string" || !isSigned(key, body, signature, Date.now())) {
    reply(response, 401, { message: "Unauthorized" });
    return;
  }
  // `/api/inngest?fnId=bench-w2&stepId=step`: the server made this URL from the one registered above.
  const query = new URLSearchParams((request.url ?? "").split("?", 2)[1]);
  const workload = query.get("fnId")?.slice("bench-".length) ?? "";
  if (!isWorkloadName(workload)) {
    reply(response, 500, { name: "Error", message: `No function for ${request.url}` });
    return;
  }
  // The body was signed by the server this app trusts.
  const call = JSON.parse(body.toString("utf8")) as Call;
  const targeted = query.get("stepId") ?? "step";
  if (checkpoints && targeted === "step" && !WORKLOADS[workload].parallel)
    await answerCheckpointed(workload, call, response);
  else answerPerStep(workload, targeted, call, response);
}

if (values.server !== undefined) server = httpPool(values.server, 64);

const http = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    process.stderr.write(`bare app: ${String(error)}\n`);
    reply(response, 500, { name: "Error", message: String(error) });
  });
});
http.keepAliveTimeout = 120_000;
http.listen(port, "127.0.0.1", () => process.send?.({ kind: "listening" }));
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));

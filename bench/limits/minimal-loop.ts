/**
 * The least a durable server can do, as the limit for the real one: accept an event, append it, call the app over
 * signed HTTP, append what came back, call again, append the end, answer. Same app, same call body, same flushes.
 * No queue, no flow control, no indexes, no retries, no recovery, no second reader of anything.
 *
 * node minimal-loop.ts --port N --app ORIGIN --signing-key KEY --data-dir DIR
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { parseArgs } from "node:util";
import { canonicalJson } from "@holdfast/protocol";
import { httpPool, post, readBody } from "../http-call.ts";
import { keyText, signBody } from "../signing.ts";
import { callBody } from "./call-body.ts";
import type { CallState } from "./call-body.ts";
import { CommitLog } from "./commit-log.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    app: { type: "string" },
    "signing-key": { type: "string" },
    "data-dir": { type: "string" },
  },
});
const key = keyText(values["signing-key"] ?? "");
const log = new CommitLog(`${values["data-dir"]}/loop.db`);
const app = httpPool(values.app ?? "", 64);

interface Run extends CallState {
  readonly stack: string[];
  readonly memos: Map<string, string>;
  version: number;
}
interface Op {
  readonly op: string;
  readonly id: string;
  readonly data?: unknown;
}

const runs = new Map<string, Run>();
let runCount = 0;

async function call(run: Run, stepId: string): Promise<{ status: number; body: string }> {
  const body = callBody(run);
  const headers = {
    "content-type": "application/json",
    "x-inngest-signature": signBody(key, body, Date.now()),
    "x-run-id": run.runId,
    "x-request-id": run.runId,
    "x-inngest-job-id": run.runId,
    "x-inngest-generation-id": "1",
  };
  const answer = await post(app, `/api/inngest?fnId=${run.slug}&stepId=${stepId}`, headers, body);
  if (answer.status !== 200 && answer.status !== 206)
    throw new Error(`The app answered ${answer.status}: ${answer.body}`);
  return answer;
}

function remember(run: Run, op: Op): readonly [string, string, string] {
  const memo = `{"data":${canonicalJson(op.data ?? null)}}`;
  if (!run.memos.has(op.id)) run.stack.push(op.id);
  run.memos.set(op.id, memo);
  return [run.runId, op.id, memo];
}

/** Calls until the app says the run is done; every step is on disk before the next call. */
async function drive(run: Run): Promise<void> {
  for (;;) {
    const answer = await call(run, "step");
    if (answer.status === 200) return log.append([run.runId, "end", answer.body]);
    run.version = 2;
    // Written by our own bare app.
    const ops = JSON.parse(answer.body) as readonly Op[];
    const end = ops.find((op) => op.op === "RunComplete");
    const rows = ops.filter((op) => op.op === "StepRun").map((op) => remember(run, op));
    if (end !== undefined)
      return log.appendAll([...rows, [run.runId, "end", canonicalJson(end.data ?? null)]]);
    if (rows.length > 0) await log.appendAll(rows);
    await Promise.all(ops.filter((op) => op.op === "StepPlanned").map((op) => targeted(run, op.id)));
  }
}

async function targeted(run: Run, stepId: string): Promise<void> {
  const [op] = JSON.parse((await call(run, stepId)).body) as readonly Op[];
  if (op !== undefined) await log.append(remember(run, op));
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Sent by our own driver and app.
  const body = JSON.parse((await readBody(request)).toString("utf8")) as Record<string, unknown>;
  if (request.url?.startsWith("/v1/checkpoint/") === true) {
    const run = runs.get(String(body["run_id"]));
    if (run === undefined) throw new Error("Checkpoint of an unknown run.");
    await log.appendAll((body["steps"] as readonly Op[]).map((op) => remember(run, op)));
    response.end("{}");
    return;
  }
  runCount += 1;
  const id = `01JBENCH${String(runCount).padStart(18, "0")}`;
  const name = String(body["name"]);
  const event = canonicalJson({ data: body["data"], id, name, ts: Date.now(), user: {} });
  const run: Run = {
    runId: id,
    slug: name.replace("/", "-"),
    event,
    stack: [],
    memos: new Map(),
    version: -1,
  };
  runs.set(id, run);
  await log.append([id, "event", event]);
  await drive(run);
  runs.delete(id);
  response.writeHead(200, { "content-type": "application/json" }).end(`{"ids":["${id}"],"status":200}`);
}

const http = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    process.stderr.write(`minimal loop: ${String(error)}\n`);
    response.writeHead(500).end(String(error));
  });
});
http.keepAliveTimeout = 120_000;
http.listen(Number(values.port), "127.0.0.1", () => process.send?.({ kind: "listening" }));
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));

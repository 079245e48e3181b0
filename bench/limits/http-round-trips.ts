/**
 * The HTTP limit: the calls of W2 without the server. Bodies as the minimal loop sends them (none to ten finished
 * steps, in turn), signed, to the bare app, which verifies and answers as always; the answer is parsed and dropped.
 *
 * node http-round-trips.ts --app ORIGIN --signing-key KEY
 */
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { canonicalJson } from "@holdfast/protocol";
import { httpPool, post } from "../http-call.ts";
import { keyText, signBody } from "../signing.ts";
import { runInput, stepName, stepOutput, WORKLOADS } from "../workloads.ts";
import { callBody } from "./call-body.ts";
import { measureLimit, serveOrders } from "./limit-protocol.ts";

const { values } = parseArgs({ options: { app: { type: "string" }, "signing-key": { type: "string" } } });
const key = keyText(values["signing-key"] ?? "");
const pool = httpPool(values.app ?? "", 64);

const ids = Array.from({ length: 10 }, (_, index) =>
  createHash("sha1").update(stepName(index)).digest("hex"),
);
const memos = new Map(
  ids.map((id, index) => [id, `{"data":${canonicalJson(stepOutput("w2", index, 1))}}`] as const),
);
const event = canonicalJson({
  data: runInput(1),
  id: "01JBENCH",
  name: "bench/w2",
  ts: Date.now(),
  user: {},
});

async function roundTrip(n: number): Promise<void> {
  const stack = ids.slice(0, n % WORKLOADS.w2.callCount);
  const body = callBody({ runId: "01JBENCH", slug: "bench-w2", event, stack, memos, version: 2 });
  const headers = {
    "content-type": "application/json",
    "x-inngest-signature": signBody(key, body, Date.now()),
  };
  const answer = await post(pool, "/api/inngest?fnId=bench-w2&stepId=step", headers, body);
  if (answer.status !== 200 && answer.status !== 206) throw new Error(`The app answered ${answer.status}.`);
  JSON.parse(answer.body);
}

serveOrders((order) => measureLimit(order, roundTrip, () => 0));

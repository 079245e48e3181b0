/** The near end of the HTTP limit: signs, sends, verifies the answer, parses it. */
import { parseArgs } from "node:util";
import { canonicalJson } from "@holdfast/protocol";
import type { Pool } from "undici";
import { httpPool, post } from "../http-call.ts";
import { keyText, signBody } from "../signing.ts";
import { runInput } from "../workloads.ts";
import { measureLimit, serveOrders } from "./limit-protocol.ts";

const { values } = parseArgs({ options: { app: { type: "string" }, "signing-key": { type: "string" } } });
const key = keyText(values["signing-key"] ?? "");
const pool: Pool = httpPool(values.app ?? "", 64);

async function roundTrip(n: number): Promise<void> {
  const body = canonicalJson(runInput(n));
  const headers = { "content-type": "application/json", "x-inngest-signature": signBody(key, body, Date.now()) };
  const answer = await post(pool, "/api/inngest?fnId=bench-w2&stepId=step", headers, body);
  if (answer.status !== 200) throw new Error(`The far end answered ${answer.status}.`);
  JSON.parse(answer.body);
}

serveOrders((order) => measureLimit(order, roundTrip, () => 0));

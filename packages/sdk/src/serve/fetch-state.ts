import { HoldfastError } from "@holdfast/protocol";
import type { Api, ApiAnswer } from "../client/contract.ts";
import type { Call } from "../execution/contract.ts";
import { parseEvents, parseMemos } from "./parse-call.ts";

/**
 * A call with the events and memos that its request had no room for, fetched from the server (wire-protocol 5.3, 18).
 *
 * @throws HoldfastError `server_unreachable`, `run_state_gone` when the run has ended meanwhile, `request_failed` for any
 * other answer, `request_invalid` for one that makes no sense.
 */
export async function fetchState(call: Call, api: Api): Promise<Call> {
  const [batch, actions] = await Promise.all([
    ask(api, call.runId, "batch"),
    ask(api, call.runId, "actions"),
  ]);
  const events = parseEvents(batch);
  const memos = parseMemos(actions);
  return {
    ...call,
    events: events.length === 0 ? [call.event] : events,
    memos,
    stack: call.stack.length === 0 ? [...memos.keys()] : call.stack,
  };
}

async function ask(api: Api, runId: string, part: "batch" | "actions"): Promise<unknown> {
  // An id is any text to the protocol; in a path it stays one segment.
  const path = `/v0/runs/${encodeURIComponent(runId)}/${part}`;
  const answer: ApiAnswer = await api.request({ method: "GET", path, body: null, isRepeatable: true });
  if (answer.status === 200) return answer.body;
  throw new HoldfastError(
    answer.status === 410 ? "run_state_gone" : "request_failed",
    `Cannot fetch the state of run ${runId}: the server answered ${answer.status} to ${path}.`,
    { details: { status: answer.status } },
  );
}

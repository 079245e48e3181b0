import { setTimeout as sleep } from "node:timers/promises";
import type { Dispatcher, Pool } from "undici";
import { runInput } from "../workloads.ts";
import type { WorkloadName } from "../workloads.ts";
import type { Ledger } from "./ledger.ts";

/** Beats of the loop: what is due by the clock is sent at each. */
const BEAT_MS = 20;
/** Requests without an answer that the sender keeps; past them it waits, as any client with a limit does. */
const UNANSWERED_MAX = 4000;
const REFUSALS: ReadonlySet<number> = new Set([429, 503]);

/**
 * Sends events at a fixed rate, whatever becomes of them: a world that does not slow down because the server does.
 *
 * @param perSecond events in each second
 */
export async function openLoop(
  pool: Pool,
  eventKey: string,
  ledger: Ledger,
  order: { readonly workload: WorkloadName; readonly perSecond: number; readonly forMs: number },
): Promise<void> {
  const beganAt = performance.now();
  const answers = new Set<Promise<void>>();
  let due = 0;
  let n = 0;
  for (let passed = 0; passed < order.forMs; passed = performance.now() - beganAt) {
    for (due = (passed * order.perSecond) / 1000; n < due && answers.size < UNANSWERED_MAX; n += 1) {
      const answer = sendOne(pool, eventKey, ledger, order.workload, n).finally(() => answers.delete(answer));
      answers.add(answer);
    }
    await sleep(BEAT_MS);
  }
  await Promise.all(answers);
}

/** Whether a refusal says what it is, and when to come back. */
function isTold(
  { headers, statusCode }: Pick<Dispatcher.ResponseData, "headers" | "statusCode">,
  code: string | undefined,
): code is string {
  return REFUSALS.has(statusCode) && Number(headers["retry-after"]) > 0 && code !== undefined;
}

async function sendOne(
  pool: Pool,
  eventKey: string,
  ledger: Ledger,
  workload: WorkloadName,
  n: number,
): Promise<void> {
  ledger.send();
  try {
    const answer = await pool.request({
      method: "POST",
      path: `/e/${eventKey}`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: `bench/${workload}`, data: runInput(n) }),
    });
    const text = await answer.body.text();
    // Answered by the server under test.
    const body = JSON.parse(text) as { readonly ids?: readonly string[]; readonly code?: string };
    const [id] = body.ids ?? [];
    if (answer.statusCode === 200 && id !== undefined) ledger.acknowledge(id);
    else if (isTold(answer, body.code)) ledger.refuse(`${answer.statusCode} ${body.code}`);
    else ledger.fault(`${answer.statusCode} ${text.slice(0, 120)}`);
  } catch (error) {
    ledger.fault(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

import { get } from "node:http";
import type { ClientRequest } from "node:http";
import { sealing, staticKeys } from "@holdfast/sealing";
import type { PayloadStage } from "holdfast";
import type { Pool } from "undici";
import { httpPool, post } from "../http-call.ts";
import { runInput } from "../workloads.ts";
import type { WorkloadName } from "../workloads.ts";
import type { TargetAddress } from "./protocol.ts";

/** Something runs can be started on. `run` settles when the run has ended well, and rejects otherwise. */
export interface LoadTarget {
  run(workload: WorkloadName, n: number): Promise<void>;
  close(): Promise<void>;
}

export async function connectTarget(address: TargetAddress, connections: number): Promise<LoadTarget> {
  const pool = httpPool(address.origin, connections);
  return address.kind === "direct"
    ? directTarget(pool, address.path, address.body)
    : await followTarget(pool, address);
}

const JSON_HEADERS = { "content-type": "application/json" };

function eventBody(workload: WorkloadName, n: number): string {
  return JSON.stringify({ name: `bench/${workload}`, data: runInput(n) });
}

/** The stage through which an app that seals sends its events. */
function sealedBy(key: string): PayloadStage {
  return sealing({ keys: staticKeys(key) }).payloads({ app: "bench", environment: "bench" });
}

async function sealedBody(stage: PayloadStage, workload: WorkloadName, n: number): Promise<string> {
  const name = `bench/${workload}`;
  const at = { kind: "event", environment: "bench", app: "bench", name } as const;
  return JSON.stringify({ name, data: await stage.sealData({ ...runInput(n) }, at) });
}

function directTarget(pool: Pool, path: string, body: "event" | "input"): LoadTarget {
  return {
    async run(workload, n) {
      const text = body === "event" ? eventBody(workload, n) : JSON.stringify(runInput(n));
      const answer = await post(pool, path.replace(":workload", workload), JSON_HEADERS, text);
      if (answer.status !== 200)
        throw new Error(`The run answered ${answer.status}: ${answer.body.slice(0, 300)}`);
    },
    close: () => pool.destroy(),
  };
}

/** The part of an update that tells which run ended, and how. */
interface EndedUpdate {
  readonly eventId?: string;
  readonly entry?: { readonly kind?: string; readonly data?: string | null };
}

/** Settles the promise of each run as its end arrives, whether the POST was answered before or after. */
class EndedRuns {
  readonly #waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  readonly #early = new Map<string, Error | null>();

  ended(update: EndedUpdate): void {
    const { eventId } = update;
    if (eventId === undefined) return; // The stream's greeting.
    const failure = failureOf(update);
    const waiter = this.#waiting.get(eventId);
    if (waiter === undefined) {
      this.#early.set(eventId, failure);
      return;
    }
    this.#waiting.delete(eventId);
    if (failure === null) waiter.resolve();
    else waiter.reject(failure);
  }

  waitFor(eventId: string): Promise<void> {
    const early = this.#early.get(eventId);
    if (early !== undefined) {
      this.#early.delete(eventId);
      return early === null ? Promise.resolve() : Promise.reject(early);
    }
    return new Promise((resolve, reject) => this.#waiting.set(eventId, { resolve, reject }));
  }

  lost(error: Error): void {
    for (const waiter of this.#waiting.values()) waiter.reject(error);
    this.#waiting.clear();
  }
}

function failureOf(update: EndedUpdate): Error | null {
  const data = update.entry?.data ?? "";
  return data.includes('"error":') ? new Error(`The run failed: ${data.slice(0, 300)}`) : null;
}

async function followTarget(
  pool: Pool,
  { origin, eventKey, bearer, sealingKey }: TargetAddress & { readonly kind: "follow" },
): Promise<LoadTarget> {
  const stage = sealingKey === undefined ? null : sealedBy(sealingKey);
  const ended = new EndedRuns();
  const stream = await openStream(`${origin}/holdfast/v1/follow?kinds=run.ended&data=1`, bearer, ended);
  return {
    async run(workload, n) {
      const body = stage === null ? eventBody(workload, n) : await sealedBody(stage, workload, n);
      const answer = await post(pool, `/e/${eventKey}`, JSON_HEADERS, body);
      if (answer.status !== 200)
        throw new Error(`The event answered ${answer.status}: ${answer.body.slice(0, 300)}`);
      // Answered by the server under test; a wrong shape fails the run on the next line.
      const { ids } = JSON.parse(answer.body) as { ids: readonly string[] };
      const [id] = ids;
      if (id === undefined) throw new Error("The event was answered without an id.");
      await ended.waitFor(id);
    },
    async close() {
      stream.destroy();
      await pool.destroy();
    },
  };
}

/** Opens the Server-Sent-Events stream; settles with its first line, from when on nothing is missed. */
function openStream(url: string, bearer: string, ended: EndedRuns): Promise<ClientRequest> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { authorization: `Bearer ${bearer}`, accept: "text/event-stream" } });
    request.on("error", (error) => {
      ended.lost(error);
      reject(error);
    });
    request.on("response", (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`Cannot follow ended runs: the server answered ${response.statusCode}.`));
        return;
      }
      let rest = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        resolve(request);
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line.startsWith("data:")) takeData(line.slice(5), ended);
      });
      response.on("end", () => ended.lost(new Error("The stream of ended runs closed.")));
    });
  });
}

function takeData(text: string, ended: EndedRuns): void {
  // One update, or a batch of them, by the server under test.
  const data = JSON.parse(text) as EndedUpdate | readonly EndedUpdate[];
  if (Array.isArray(data)) for (const update of data) ended.ended(update as EndedUpdate);
  else ended.ended(data as EndedUpdate);
}

import assert from "node:assert/strict";
import type { Run } from "@holdfast/client";
import type { EventId } from "@holdfast/protocol";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { eventOf } from "../kit/function-spec.ts";
import { clientOf, runsOf } from "../kit/run-of.ts";
import { sdkV4 } from "../kit/sdk-v4.ts";
import { startTestApp } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import type { Answer } from "./request.ts";
import { request } from "./request.ts";

/** Functions of the app that the routes are asked about. */
export const FUNCTIONS: readonly FunctionSpec[] = [
  {
    id: "steps",
    options: { retries: 2, name: "Steps" },
    async handler({ attempt, event, step }) {
      const sum = await step.run("add", () => 40 + 2);
      await step.run("flaky", () => {
        if (attempt === 0) throw new Error("not yet");
        return "in the end";
      });
      await step.sleep("nap", 50);
      return { sum, id: event.data["id"] ?? null };
    },
  },
  { id: "fails", options: { retries: 0 }, handler: () => Promise.reject(new TypeError("it must not be")) },
  { id: "sleeps", handler: ({ step }) => step.sleep("long", "1h") },
  {
    id: "signalled",
    handler: ({ event, step }) =>
      step.waitForSignal("approval", {
        signal: String(event.data["signal"]),
        timeout: "1h",
        onConflict: "fail",
      }),
  },
  { id: "echoes", handler: ({ event }) => event.data["text"] ?? null },
  {
    id: "asks",
    handler: ({ event, step }) =>
      step.waitForEvent("answer", { event: `answer/${String(event.data["id"])}`, timeout: "1h" }),
  },
  {
    id: "invokes",
    handler: ({ step }) =>
      step.invoke("echo", {
        function: sdkV4.referenceFunction({ appId: "shop", functionId: "echoes" }),
        data: { text: "from afar" },
      }),
  },
  {
    id: "batches",
    options: { batchEvents: { maxSize: 2, timeout: "60s" } },
    handler: ({ events }) => events.length,
  },
  { id: "paused", handler: () => "ran" },
  { id: "cancelled", handler: ({ step }) => step.sleep("long", "1h") },
];

/** A server with the app `shop`, made with the official SDK, and short ways to ask and to start runs. */
export interface Shop extends AsyncDisposable {
  readonly server: TestServer;
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Sends the event that starts a function. */
  send(functionId: string, data?: Readonly<Record<string, unknown>>): Promise<EventId>;
  /** The run that a new event started. It may still go on. */
  begun(functionId: string, data?: Readonly<Record<string, unknown>>): Promise<Run>;
  /** The same, once its app has been called and it waits. */
  waiting(functionId: string, data?: Readonly<Record<string, unknown>>): Promise<Run>;
}

export async function startShop(): Promise<Shop> {
  const server = await startTestServer();
  const app = await startTestApp({ server, sdk: "v4", adapter: "node", id: "shop", functions: FUNCTIONS });
  const client = clientOf(server);
  const shop: Shop = {
    server,
    ask: (method, path, body) =>
      request(server, method, path, body === undefined ? {} : { body: JSON.stringify(body) }),
    async send(functionId, data = {}) {
      const [id] = (await client.send({ name: eventOf(functionId), data })).ids;
      assert.ok(id !== undefined);
      return id;
    },
    async begun(functionId, data) {
      const [run] = await runsOf(server, await shop.send(functionId, data));
      assert.ok(run !== undefined);
      return run;
    },
    async waiting(functionId, data) {
      const run = await shop.begun(functionId, data);
      return until(`run ${run.run_id} waits`, async () => {
        const root = await client.trace(run.run_id);
        return root.children?.some(({ status }) => status === "WAITING") === true && run;
      });
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
  return shop;
}

export type Json = Readonly<Record<string, never>>;

/** The data of an answer of v2 that went well. */
export function dataOf(answer: Answer): Json {
  assert.equal(answer.status, 200, answer.text);
  // Members are looked up and compared; what is not there fails the comparison.
  const { data, metadata } = answer.json as { data: Json; metadata: { fetchedAt: string } };
  assert.match(metadata.fetchedAt, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
  return data;
}

/** Status and code of an answer of v2 that refuses. */
export function codeOf({ json, status }: Answer): readonly [number, unknown] {
  const { errors } = json as { errors?: readonly { code: string; message: string }[] };
  assert.equal(errors?.length, 1);
  return [status, errors[0]?.code];
}

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readEnvelope } from "@holdfast/protocol";
import { newSealingKey, sealing, staticKeys } from "@holdfast/sealing";
import { sealingMiddleware } from "@holdfast/sealing/inngest";
import type { EventPayload, FunctionSpec } from "../kit/function-spec.ts";
import { sdkOf, startTestApp } from "../kit/test-app.ts";
import { endOf, runOf, runsOf } from "../kit/run-of.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

const keys = staticKeys(newSealingKey().text());
const ENVIRONMENT = "production";

const clientOptions = {
  checkpointing: false,
  middleware: [sealingMiddleware({ keys, environment: ENVIRONMENT, clear: ["userId"] })],
};

/** Everything the server has on disk, as text. */
function everythingIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString("latin1"))
    .join("\n");
}

describe("an app with the official SDK that seals", { timeout: 60_000 }, () => {
  it("opens events, results, waits and invokes, of which the server has seen nothing", async () => {
    await using server = await startTestServer();
    const seen: unknown[] = [];
    const sdk = sdkOf("v4");
    const functions: readonly FunctionSpec[] = [
      {
        id: "parent",
        handler: async ({ event, step }) => {
          seen.push(event.data);
          seen.push(await step.run("pay", () => ({ card: event.data["card"] })));
          seen.push(await step.run("nothing", () => undefined));
          const heard = await step.waitForEvent("hear", { event: "shop/told", timeout: "50s" });
          seen.push((heard as EventPayload).data);
          await step.sendEvent("tell", { name: "shop/heard", data: { text: "canary-heard" } });
          seen.push(
            await step.invoke("ask", {
              function: sdk.referenceFunction({ functionId: "child" }),
              data: { question: "canary-question" },
            }),
          );
          return { done: "canary-done" };
        },
      },
      {
        id: "child",
        handler: async ({ event, step }) => {
          const answer = await step.run("think", () => `${String(event.data["question"])}?`);
          return { answer };
        },
      },
    ];
    await using app = await startTestApp({ server, sdk: "v4", adapter: "node", functions, clientOptions });
    const { ids } = await app.send({ name: "parent/go", data: { userId: "u1", card: "canary-card" } });
    const [id] = ids;
    assert.ok(id !== undefined);
    // The wait may begin after an event came; then it is answered by the next one.
    await until("the wait was answered", async () => {
      await app.send({ name: "shop/told", data: { text: "canary-told" } });
      return seen.some((value) => JSON.stringify(value).includes("canary-told"));
    });
    const run = await runOf(server, id);
    assert.equal(run.status, "Completed");
    // Each call of the run sees again what was finished before it.
    assert.deepEqual(
      seen.filter(
        (value, index) =>
          seen.findIndex((other) => JSON.stringify(other) === JSON.stringify(value)) === index,
      ),
      [
        { userId: "u1", card: "canary-card" },
        { card: "canary-card" },
        null,
        { text: "canary-told" },
        { answer: "canary-question?" },
      ],
    );
    assert.equal(readEnvelope(run.output)?.format, "holdfast");
    const stored = everythingIn(server.dataDir);
    assert.match(stored, /"userId":"u1"/);
    assert.doesNotMatch(stored, /canary/);
  });

  it("reaches its failure handler with the event opened", async () => {
    await using server = await startTestServer();
    const failures: unknown[] = [];
    const functions: readonly FunctionSpec[] = [
      {
        id: "failing",
        options: {
          retries: 0,
          onFailure: ({ event }: { event: { data: { event: EventPayload } } }) => {
            failures.push(event.data.event.data);
          },
        },
        handler: () => {
          throw new Error("no");
        },
      },
    ];
    await using app = await startTestApp({ server, sdk: "v4", adapter: "node", functions, clientOptions });
    const { ids } = await app.send({ name: "failing/go", data: { card: "canary-card" } });
    const [id] = ids;
    assert.ok(id !== undefined);
    const [run] = await runsOf(server, id);
    assert.ok(run !== undefined);
    await endOf(server, run.run_id);
    await until("the failure handler was called", () => failures.length > 0);
    assert.deepEqual(failures, [{ card: "canary-card" }]);
  });

  it("answers at once, with no retry and no content, when a stored result was exchanged or came in clear", async () => {
    await using server = await startTestServer({ mode: "dev" });
    const functions: readonly FunctionSpec[] = [
      {
        id: "careful",
        handler: async ({ step }) => ((await step.run("is paid", () => false)) ? "shipped" : "kept"),
      },
    ];
    await using app = await startTestApp({ server, sdk: "v4", adapter: "node", functions, clientOptions });
    const stage = sealing({ keys, environment: ENVIRONMENT }).payloads?.({
      app: "app",
      environment: ENVIRONMENT,
    });
    assert.ok(stage !== undefined);
    const stepId = createHash("sha1").update("is paid").digest("hex");
    const at = {
      environment: ENVIRONMENT,
      app: "app",
      functionId: "careful",
      runId: "01RUN",
      stepId,
    } as const;
    const data = await stage.sealData(
      {},
      { kind: "event", environment: ENVIRONMENT, app: "", name: "careful/go" },
    );
    const call = async (
      memo: unknown,
    ): Promise<{ readonly status: number; readonly noRetry: string | null; readonly body: string }> => {
      const event = { name: "careful/go", data, id: "e", ts: 1 };
      const response = await fetch(`${app.url}?fnId=app-careful&stepId=step`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          version: 1,
          event,
          events: [event],
          steps: { [stepId]: { type: "data", data: memo } },
          ctx: {
            run_id: "01RUN",
            attempt: 0,
            disable_immediate_execution: false,
            use_api: false,
            stack: { stack: [stepId], current: 1 },
          },
          use_api: false,
        }),
      });
      return {
        status: response.status,
        noRetry: response.headers.get("x-inngest-no-retry"),
        body: await response.text(),
      };
    };

    const good = await call(await stage.seal(true, { kind: "step-output", ...at }));
    assert.equal(good.status, 200, good.body);
    assert.equal(await stage.open(JSON.parse(good.body), { kind: "function-output", ...at }), "shipped");

    const other = await stage.seal(true, { kind: "step-output", ...at, stepId: "another" });
    const earlier = await stage.seal(true, { kind: "step-output", ...at, runId: "01EARLIER" });
    for (const [memo, code] of [
      [other, "seal_misplaced"],
      [earlier, "seal_misplaced"],
      [true, "seal_missing"],
      [null, "seal_missing"],
    ] as const) {
      const refused = await call(memo);
      assert.equal(refused.status, 400, refused.body);
      assert.equal(refused.noRetry, "true");
      assert.match(refused.body, new RegExp(code));
    }
  });
});

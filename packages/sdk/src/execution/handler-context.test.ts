import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Logger } from "../logging/contract.ts";
import { sha1Hex } from "../platform/sha1.ts";
import { execute } from "./execute.ts";
import { callOf, ORDER } from "./testing/call-of.ts";
import { clientOf, silentLogger } from "./testing/client-of.ts";
import type { Handler } from "./testing/record-of.ts";
import { recordOf } from "./testing/record-of.ts";

describe("a handler's context", () => {
  it("has what the call says", async () => {
    const call = callOf({ attempt: 2, events: [ORDER, { ...ORDER, id: "second" }] });
    const handler: Handler = ({ event, events, runId, attempt, maxAttempts, requestId, jobId, sessions }) => {
      return [event, events.map(({ id }) => id), runId, attempt, maxAttempts, requestId, jobId, sessions];
    };
    const answer = await execute(call, { record: recordOf(handler), client: clientOf() });
    assert.deepEqual(JSON.parse(answer.body), [
      ORDER,
      [ORDER.id, "second"],
      call.runId,
      2,
      4,
      call.requestId,
      call.jobId,
      {},
    ]);
  });

  it("has the error of a failed run, of its own class", async () => {
    const data = { error: { name: "RangeError", message: "no stock", stack: "at the shelf" }, run_id: "r0" };
    const call = callOf({ event: { ...ORDER, name: "inngest/function.failed", data } });
    const handler: Handler = (context) => {
      const error: unknown = Reflect.get(context, "error");
      return error instanceof RangeError && [error.message, error.stack];
    };
    const record = recordOf(handler, { kind: "failure" });
    const answer = await execute(call, { record, client: clientOf() });
    assert.deepEqual(JSON.parse(answer.body), ["no stock", "at the shelf"]);
  });

  it("has the parents of a deferred run, and its data without what the server noted", async () => {
    const data = { x: 1, _inngest: { parent_fn_slug: "shop-ship", parent_run_id: "r0" } };
    const call = callOf({ event: { ...ORDER, name: "inngest/deferred.schedule", data } });
    const handler: Handler = (context) => [context.event.data, Reflect.get(context, "parents")];
    const record = recordOf(handler, { kind: "deferred" });
    const answer = await execute(call, { record, client: clientOf() });
    assert.deepEqual(JSON.parse(answer.body), [{ x: 1 }, [{ fnSlug: "shop-ship", runId: "r0" }]]);
  });

  it("has a logger that says each line once, however often the handler is called", async () => {
    const lines: unknown[] = [];
    const logger: Logger = { ...silentLogger, info: (line) => void lines.push(line) };
    const handler: Handler = async ({ step, logger: log }) => {
      log.info("one");
      await step.run("a", () => 1);
      log.info("two");
      await step.run("b", () => 1);
      log.info("three");
    };
    const [a, b] = ["a", "b"].map((id) => sha1Hex(id)) as [string, string];
    for (const memos of [{}, { [a]: { data: 1 } }, { [a]: { data: 1 }, [b]: { data: 1 } }]) {
      await execute(callOf({ memos }), { record: recordOf(handler), client: clientOf({ logger }) });
    }
    assert.deepEqual(lines, ["one", "two", "three"]);
  });

  it("comes to no handler whose input does not fit", async () => {
    const record = recordOf(() => assert.fail("it is not called"), {
      validate: (event) =>
        Promise.reject(Object.assign(new Error(`${event.name} does not fit`), { noRetry: true })),
    });
    const answer = await execute(callOf(), { record, client: clientOf() });
    assert.deepEqual(
      [answer.status, JSON.parse(answer.body).message],
      [400, "shop/order.placed does not fit"],
    );
  });
});

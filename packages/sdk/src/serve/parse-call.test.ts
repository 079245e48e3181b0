import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import type { ParsedCall } from "./parse-call.ts";
import { parseCall } from "./parse-call.ts";
import { callBody, TEST_RUN } from "./testing/served-app.ts";

const EVENT = { data: { order: 1 }, id: "evt", name: "order/placed", ts: 1_700_000_000_000 };

function parse(
  body: string = callBody(),
  headers: Readonly<Record<string, string>> = {},
  query = "fnId=shop-ship&stepId=step",
): ParsedCall {
  return parseCall({
    body: JSON.parse(body),
    query: new URLSearchParams(query),
    header: (name) => headers[name] ?? null,
    slug: "shop-ship",
    retries: 3,
  });
}

test("parseCall() reads the first call of a run", () => {
  const headers = { "x-request-id": "req", "x-inngest-job-id": "job", "x-inngest-generation-id": "7" };
  assert.deepEqual(parse(callBody(), headers), {
    isStateElsewhere: false,
    call: {
      slug: "shop-ship",
      runId: TEST_RUN,
      requestId: "req",
      jobId: "job",
      attempt: 0,
      maxAttempts: 4,
      event: EVENT,
      events: [EVENT],
      memos: new Map(),
      stack: [],
      abortable: new Set(),
      targetStepId: null,
      isPlanOnly: false,
      requestVersion: -1,
      checkpoint: {
        functionId: "00000000-0000-4000-8000-000000000000",
        queueItemId: "item",
        generationId: 7,
      },
    },
  });
});

test("parseCall() reads memos as they are, the order in which they finished, and what may be called off", () => {
  const steps = { aa: { data: 1 }, bb: null, cc: { name: "e", data: {} } };
  const body = callBody(
    { stack: { stack: ["bb", "aa", "cc"], current: 3 } },
    { steps, defers: { dd: { abortable: true }, ee: { abortable: false } } },
  );
  const { call } = parse(body);
  assert.deepEqual(Object.fromEntries(call.memos), steps);
  assert.deepEqual(call.stack, ["bb", "aa", "cc"]);
  assert.deepEqual(call.abortable, new Set(["dd"]));
  // An older server sends no order: then that of the memos is as good as any.
  assert.deepEqual(parse(callBody({ stack: null }, { steps })).call.stack, ["aa", "bb", "cc"]);
});

test("parseCall() prefers the body's ids to headers, which not every signature covers", () => {
  const body = callBody({ request_id: "req", job_id: "job", generation_id: 3 });
  const { call } = parse(body, { "x-request-id": "other", "x-inngest-job-id": "other" });
  assert.deepEqual([call.requestId, call.jobId, call.checkpoint?.generationId], ["req", "job", 3]);
});

test("parseCall() refuses headers that speak of another run or another dispatch than the body", () => {
  for (const headers of [{ "x-run-id": "another" }, { "x-inngest-generation-id": "4" }])
    assert.throws(() => parse(callBody({ generation_id: 3 }), headers), /disagree/);
});

test("parseCall() takes no checkpoint for a call of one step, a plan, or a function without an id", () => {
  const targeted = parse(callBody(), {}, "fnId=shop-ship&stepId=abc").call;
  assert.deepEqual([targeted.targetStepId, targeted.checkpoint], ["abc", null]);
  const planned = parse(callBody({ disable_immediate_execution: true })).call;
  assert.deepEqual([planned.isPlanOnly, planned.checkpoint], [true, null]);
  for (const ctx of [{ fn_id: null }, { fn_id: "" }, { qi_id: undefined }])
    assert.equal(parse(callBody(ctx)).call.checkpoint, null);
});

test("parseCall() takes the request's version from its header when that is one, and refuses any but -1, 1 and 2", () => {
  const version = (body: unknown, header?: string): number =>
    parse(callBody({}, { version: body }), header === undefined ? {} : { "x-inngest-req-version": header })
      .call.requestVersion;
  assert.deepEqual([version(-1), version(1), version(2), version(undefined)], [-1, 1, 2, -1]);
  assert.deepEqual([version(-1, "2"), version(2, "-1"), version(1, "7")], [2, 2, 1]);
  for (const wrong of [0, 3, "2", 1.5]) assert.throws(() => version(wrong), /version/);
});

test("parseCall() leaves events and memos to be fetched when the body says that they are elsewhere", () => {
  for (const body of [callBody({ use_api: true }), callBody({}, { use_api: true, events: [], steps: {} })]) {
    const { call, isStateElsewhere } = parse(body);
    assert.equal(isStateElsewhere, true);
    assert.deepEqual(call.event, EVENT);
    assert.equal(call.memos.size, 0);
  }
});

test("parseCall() refuses what makes no sense, and says which field it is without its value", () => {
  const canary = "secret-canary";
  const wrong: Readonly<Record<string, string>> = {
    "ctx.run_id": callBody({ run_id: 7 }),
    "ctx.attempt": callBody({ attempt: -1 }),
    "ctx.max_attempts": callBody({ max_attempts: canary }),
    "ctx.stack": callBody({ stack: [canary] }),
    "ctx.stack.stack": callBody({ stack: { stack: canary } }),
    "ctx.stack.stack[0]": callBody({ stack: { stack: [7] } }),
    "ctx.fn_id": callBody({ fn_id: { canary } }),
    "event is": callBody({}, { event: canary }),
    "event.name": callBody({}, { event: { name: 7 } }),
    "event.data": callBody({}, { event: { name: "a", data: canary } }),
    "event.ts": callBody({}, { event: { name: "a", ts: canary } }),
    "events[1]": callBody({}, { events: [EVENT, canary] }),
    "steps is": callBody({}, { steps: [canary] }),
    defers: callBody({}, { defers: { a: canary } }),
    "ctx is": JSON.stringify({ event: EVENT }),
    "the body": JSON.stringify([canary]),
  };
  for (const [place, body] of Object.entries(wrong)) {
    assert.throws(
      () => parse(body),
      (error) =>
        isHoldfastError(error, "request_invalid") &&
        error.message.includes(place) &&
        !error.message.includes(canary),
      place,
    );
  }
});

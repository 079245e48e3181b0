import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalJson, LIMITS } from "@holdfast/protocol";
import { definitionOf } from "../registry/testing/definition.ts";
import { callRequest } from "./call-request.ts";
import { queueItem, stateOf, step } from "./testing/builders.ts";

const definition = definitionOf();
const identity = { requestId: "01J00000000000000000000009", traceparent: "00-0-0-01" };

describe("callRequest()", () => {
  it("writes canonical JSON, whatever the steps hold", () => {
    const state = stateOf({ requestVersion: 2, forcePlan: true }, [queueItem()], {
      ffff: '{"data":{"a":"ü\\u0007","n":1e+21}}',
      "0abc": "null",
      '5 odd " id': '{"error":{"message":"m","name":"n"}}',
    });
    const { body } = callRequest(state, queueItem({ key: 'after:"quoted"' }), definition, identity);
    assert.equal(body, canonicalJson(JSON.parse(body)));
  });

  it("notes, where the protocol's signature covers it, that the call has another signature too", () => {
    const state = stateOf({ requestVersion: 2 }, [queueItem()], { abc: "null" });
    const { body } = callRequest(state, queueItem(), definition, identity, true);
    assert.equal(body, canonicalJson(JSON.parse(body)));
    assert.equal((JSON.parse(body) as { ctx: { signatures: unknown } }).ctx.signatures, "v2");
    const plain = callRequest(state, queueItem(), definition, identity).body;
    assert.equal(plain, body.replace(',"signatures":"v2"', ""));
  });

  it("lists steps in the order they finished, and -1 as the version of a first call", () => {
    const state = stateOf({}, [queueItem()], { b: "null", a: '{"data":1}' });
    const parsed: unknown = JSON.parse(callRequest(state, queueItem(), definition, identity).body);
    assert.deepEqual(parsed, {
      ctx: {
        attempt: 0,
        disable_immediate_execution: false,
        env: "",
        fn_id: definition.id,
        generation_id: 1,
        job_id: `${state.run.id}:start`,
        max_attempts: 5,
        qi_id: "start",
        request_id: identity.requestId,
        run_id: state.run.id,
        stack: { current: 2, stack: ["b", "a"] },
        step_id: "step",
        use_api: false,
      },
      event: JSON.parse(state.events[0] ?? ""),
      events: [JSON.parse(state.events[0] ?? "")],
      steps: { a: { data: 1 }, b: null },
      use_api: false,
      version: -1,
    });
  });

  it("names the step of a targeted call in the query and in a header", () => {
    const item = queueItem({ key: "step:abc", kind: "step", stepId: step("abc") });
    const request = callRequest(stateOf({}, [item]), item, definition, identity);
    assert.equal(request.url, `${definition.url}&stepId=abc`);
    assert.equal(request.headers["x-inngest-step-id"], "abc");
  });

  it("encodes ids that a header may not hold, and leaves the others as they are", () => {
    const item = queueItem({ key: "step:ä €", kind: "step", stepId: step("ä €") });
    const { headers, url } = callRequest(stateOf({}, [item]), item, definition, identity);
    assert.equal(headers["x-inngest-step-id"], "%C3%A4%20%E2%82%AC");
    assert.match(headers["x-inngest-job-id"] ?? "", /^[\x21-\x7e]+$/);
    assert.equal(new URL(url).searchParams.get("stepId"), "ä €");
  });

  it("leaves out what the app must fetch when the body would be too large", () => {
    const big = `{"data":"${"x".repeat(LIMITS.inlineRequestBytes)}"}`;
    const { body } = callRequest(stateOf({}, [queueItem()], { a: big }), queueItem(), definition, identity);
    const parsed = JSON.parse(body) as {
      events: unknown[];
      steps: object;
      use_api: boolean;
      ctx: { use_api: boolean };
    };
    assert.deepEqual([parsed.events, parsed.steps, parsed.use_api, parsed.ctx.use_api], [[], {}, true, true]);
    assert.ok(body.length < 2000);
  });

  it("counts bytes, not characters, against the limit", () => {
    const wide = `{"data":"${"ü".repeat(LIMITS.inlineRequestBytes / 2)}"}`;
    const { body } = callRequest(stateOf({}, [queueItem()], { a: wide }), queueItem(), definition, identity);
    assert.equal((JSON.parse(body) as { use_api: boolean }).use_api, true);
  });

  it("lists deferred functions and whether they may be called off, in canonical order", () => {
    const defer = (isAborted: boolean): { data: string; isAborted: boolean } => ({ data: "{}", isAborted });
    const defers = new Map([
      [step("b"), defer(false)],
      [step('a"odd'), defer(true)],
    ]);
    const { body } = callRequest({ ...stateOf(), defers }, queueItem(), definition, identity);
    assert.equal(body, canonicalJson(JSON.parse(body)));
    const parsed = JSON.parse(body) as { defers: unknown };
    assert.deepEqual(parsed.defers, { b: { abortable: true }, 'a"odd': { abortable: false } });
    assert.doesNotMatch(callRequest(stateOf(), queueItem(), definition, identity).body, /"defers"/);
  });

  it("leaves out the function's id, which allows checkpoints, while a step has arguments that replace its own", () => {
    const inputs = new Map([[step("b"), '{"input":[1]}']]);
    const { body } = callRequest({ ...stateOf(), inputs }, queueItem(), definition, identity);
    assert.equal(body, canonicalJson(JSON.parse(body)));
    assert.ok(!("fn_id" in (JSON.parse(body) as { ctx: object }).ctx));
  });

  it("gives a step the arguments that replace its own, without counting it as remembered", () => {
    const inputs = new Map([[step("b"), '{"input":[1]}']]);
    const state = { ...stateOf({}, [queueItem()], { c: "null", a: '{"data":1}' }), inputs };
    const { body } = callRequest(state, queueItem(), definition, identity);
    assert.equal(body, canonicalJson(JSON.parse(body)));
    const parsed = JSON.parse(body) as { steps: unknown; ctx: { stack: unknown } };
    assert.deepEqual(parsed.steps, { a: { data: 1 }, b: { input: [1] }, c: null });
    assert.deepEqual(parsed.ctx.stack, { current: 2, stack: ["c", "a"] });
  });
});

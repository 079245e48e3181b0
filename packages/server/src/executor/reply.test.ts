import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EgressOutcome } from "#egress";
import { silentLog, systemClock } from "#kernel";
import { createPayloads, inspectionOf } from "#payloads";
import type { AnswerCheck, Reply } from "./reply.ts";
import { readReply } from "./reply.ts";
import { NOW } from "./testing/builders.ts";

const SDK = { "x-inngest-sdk": "inngest-js:v4.24.0" };

function answered(status: number, body: unknown, headers: Record<string, string> = SDK): EgressOutcome {
  return { kind: "answered", status, headers, body: typeof body === "string" ? body : JSON.stringify(body) };
}

function failure(reply: Reply): Reply & { kind: "failed" } {
  assert.ok(reply.kind === "failed", `a ${reply.kind} reply`);
  return reply;
}

describe("readReply(): success", () => {
  it("takes the whole body of a 200 as the result", () => {
    assert.deepEqual(readReply(answered(200, { b: 1, a: 2 }), NOW), {
      kind: "completed",
      output: '{"a":2,"b":1}',
      requestVersion: null,
    });
  });

  it("takes an empty 200 for null and text that is not JSON for text", () => {
    assert.equal((readReply(answered(200, ""), NOW) as { output: string }).output, "null");
    assert.equal((readReply(answered(200, "hello"), NOW) as { output: string }).output, '"hello"');
  });

  it("treats any other 2xx as 200", () => {
    assert.equal(readReply(answered(204, ""), NOW).kind, "completed");
  });

  it("reads the ops of a 206, one or many, with version and retry headers", () => {
    const headers = {
      ...SDK,
      "x-inngest-req-version": "2",
      "x-inngest-no-retry": "true",
      "retry-after": "60",
    };
    const reply = readReply(answered(206, { op: "steprun", id: "a", data: { x: 1 } }, headers), NOW);
    assert.equal(reply.kind, "ops");
    assert.ok(reply.kind === "ops");
    assert.equal(reply.ops[0]?.op, "StepRun");
    assert.equal(reply.ops[0].data, '{"x":1}');
    assert.deepEqual([reply.requestVersion, reply.noRetry, reply.retryAt], [2, true, NOW + 60_000]);
  });

  it("counts a no-retry header on a 200 as a failure that is final", () => {
    assert.equal(
      failure(readReply(answered(200, { message: "m" }, { ...SDK, "x-inngest-no-retry": "true" }), NOW))
        .noRetry,
      true,
    );
  });
});

describe("readReply(): streamed answers", () => {
  it("reads the document after the spaces, with a body that is JSON text or JSON", () => {
    for (const body of ['[{"op":"StepRun","id":"a","data":1}]', [{ op: "StepRun", id: "a", data: 1 }]]) {
      const text = `   ${JSON.stringify({ status: 206, headers: { "X-Inngest-Req-Version": "2" }, body })}`;
      const reply = readReply(answered(201, text), NOW);
      assert.ok(reply.kind === "ops");
      assert.equal(reply.ops[0]?.data, "1");
      assert.equal(reply.requestVersion, 2);
    }
  });

  it("reads the failure inside, with its retry rules", () => {
    const text = JSON.stringify({
      status: 500,
      headers: { "retry-after": "2" },
      body: { name: "E", message: "m" },
    });
    const reply = failure(readReply(answered(201, text), NOW));
    assert.deepEqual([reply.error, reply.retryAt], [{ name: "E", message: "m" }, NOW + 2000]);
  });

  it("fails the attempt when the stream ends early, or a proxy reports an error in it", () => {
    assert.equal(failure(readReply(answered(201, '   {"status":2'), NOW)).noRetry, false);
    assert.match(
      failure(readReply(answered(201, { status: 200, error: "proxy died" }), NOW)).error.message,
      /proxy died/,
    );
  });
});

describe("readReply(): failure", () => {
  it("reads the error of a 4xx or 5xx and retries unless told not to", () => {
    const error = { name: "TypeError", message: "no", stack: "at x" };
    for (const status of [400, 401, 410, 500, 503]) {
      const reply = failure(readReply(answered(status, error), NOW));
      assert.deepEqual(reply.error, error);
      assert.equal(reply.noRetry, false);
    }
    assert.equal(
      failure(readReply(answered(400, error, { ...SDK, "x-inngest-no-retry": "true" }), NOW)).noRetry,
      true,
    );
  });

  it("says what a proxy said when the answer is not the SDK's", () => {
    const bad = failure(readReply(answered(502, "<html>Bad gateway</html>", {}), NOW));
    assert.equal(bad.error.name, "Server returned a fatal error");
    assert.equal(bad.error.message, "Your server returned HTTP 502 before the SDK responded.");
    assert.match(bad.error.stack ?? "", /Bad gateway/);
    assert.equal(failure(readReply(answered(200, "ok", {}), NOW)).error.name, "not_sdk");
  });

  it("fails the attempt for a 206 that is empty, not JSON, or holds nonsense", () => {
    for (const body of [
      "",
      "null",
      "<html>",
      "[1]",
      '[{"op":"Bogus","id":"a"}]',
      '{"id":"a"}',
      '[{"op":"StepRun"}]',
    ]) {
      assert.match(
        failure(readReply(answered(206, body), NOW)).error.message,
        /error reading generator opcode response/,
      );
    }
  });

  it("keeps an error whose attachments cannot be written down", () => {
    const deep = `${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`;
    const reply = failure(readReply(answered(500, `{"name":"E","message":"m","data":${deep}}`), NOW));
    assert.deepEqual(reply.error, { name: "E", message: "m" });
  });

  it("fails the attempt for a result too deep or with numbers out of range", () => {
    const deep = `${"[".repeat(2000)}${"]".repeat(2000)}`;
    assert.equal(failure(readReply(answered(200, deep), NOW)).noRetry, false);
    assert.equal(failure(readReply(answered(200, "1e999"), NOW)).noRetry, false);
  });

  it("names every way in which the network fails", () => {
    const codes = {
      too_large: "output_too_large",
      timed_out: "request_duration_too_long",
      reset: "http_unreachable",
      unreachable: "http_unreachable",
      protocol: "http_unreachable",
      redirect_refused: "redirect_refused",
    } as const;
    for (const [code, name] of Object.entries(codes)) {
      const outcome = { kind: "failed", code, message: "why", status: 200 } as EgressOutcome;
      assert.equal(failure(readReply(outcome, NOW)).error.name, name);
    }
  });

  it("says that the connection broke while the answer was being read", () => {
    const reply = failure(readReply({ kind: "failed", code: "reset", message: "reset", status: 206 }, NOW));
    assert.equal(reply.error.stack, "Your server reset the connection while we were reading the reply");
  });
});

describe("readReply(): what an environment of sealed payloads does not take", () => {
  const canary = "canary-7f3a";
  const rules = { mode: "sealed", clearFields: [], formats: ["holdfast"] } as const;
  const payloads = createPayloads(rules, { clock: systemClock, log: silentLog });
  const inspection = inspectionOf(payloads, "shop", "function-output");
  const read = (outcome: EgressOutcome): Reply => readReply(outcome, NOW, null, inspection);

  it("ends the run for good where a result or an error is in clear, and holds nothing of it", () => {
    for (const outcome of [
      answered(200, { secret: canary }),
      answered(500, { name: "Error", message: canary, stack: canary }),
      answered(200, { message: canary }, { ...SDK, "x-inngest-no-retry": "true" }),
      answered(206, [{ op: "RunComplete", id: "a", data: canary }]),
      answered(206, [{ op: "DeferAdd", id: "a", opts: { fn_slug: "f", input: { secret: canary } } }]),
      answered(201, { status: 200, body: canary }),
    ]) {
      const reply = read(outcome);
      assert.equal(reply.kind === "failed" && reply.noRetry, true);
      assert.equal(failure(reply).error.name, "plaintext_refused");
      assert.ok(!JSON.stringify(reply).includes(canary));
    }
  });

  it("makes a failure of each step that is in clear, and leaves the others", () => {
    const sealed = { __SEALED__: `hf1.00112233aabb.AQ.${"A".repeat(64)}` };
    const reply = read(
      answered(206, [
        { op: "StepRun", id: "a", data: sealed },
        { op: "StepPlanned", id: "b", displayName: "Bee", opts: { input: [canary] } },
        { op: "StepError", id: "c", error: { name: "E", message: canary } },
      ]),
    );
    assert.ok(reply.kind === "ops");
    assert.deepEqual(
      reply.ops.map(({ error, label, op }) => [op, label, error?.name]),
      [
        ["StepRun", "a", undefined],
        ["StepFailed", "Bee", "plaintext_refused"],
        ["StepFailed", "c", "plaintext_refused"],
      ],
    );
    assert.ok(!JSON.stringify(reply).includes(canary));
  });

  it("tries again what is no answer of the function, in words of its own", () => {
    for (const outcome of [
      answered(502, canary, {}),
      answered(200, canary, {}),
      answered(206, canary),
      answered(206, [{ op: canary, id: "a" }]),
      answered(201, `{"status": "${canary}`),
      answered(201, { status: 200, error: canary }),
      answered(401, { code: canary }),
      answered(500, { type: "internal", name: "Error", message: canary, stack: canary }),
    ]) {
      const reply = failure(read(outcome));
      assert.equal(reply.noRetry, false);
      assert.ok(!JSON.stringify(reply).includes(canary), JSON.stringify(reply));
    }
  });
});

describe("readReply() of an app that signs its answers", () => {
  /** Takes what it would have to be given to be good: the status, what says what to do next, and the body. */
  const check: AnswerCheck = (answer, body) =>
    answer.header("signature") ===
    `${answer.status} ${answer.header("x-inngest-no-retry")} ${answer.header("retry-after")} ${body}`
      ? null
      : "mismatch";
  const signed = (status: number, body: string, noRetry: string | null = null): Record<string, string> => ({
    ...SDK,
    ...(noRetry === null ? {} : { "x-inngest-no-retry": noRetry }),
    signature: `${status} ${noRetry} null ${body}`,
  });
  const read = (outcome: EgressOutcome): Reply => readReply(outcome, NOW, check);
  const envelope = (inner: Record<string, unknown>, outer: Record<string, string> = SDK): EgressOutcome =>
    answered(201, `   ${JSON.stringify(inner)}`, outer);

  it("reads an answer that passes as any other", () => {
    const body = '{"a":1}';
    const reply = read(answered(200, body, signed(200, body)));
    assert.deepEqual(reply, readReply(answered(200, body), NOW));
  });

  for (const [what, outcome] of [
    ["an unsigned result", answered(200, { paid: true })],
    ["a result of another body", answered(200, '{"a":2}', signed(200, '{"a":1}'))],
    ["an error made into a result", answered(200, "{}", signed(500, "{}"))],
    ["an error made final", answered(500, "{}", { ...signed(500, "{}"), "x-inngest-no-retry": "true" })],
    ["an error put off", answered(500, "{}", { ...signed(500, "{}"), "retry-after": "86400" })],
    [
      "an unsigned final error",
      answered(400, { message: "secret" }, { ...SDK, "x-inngest-no-retry": "true" }),
    ],
    ["what a proxy says", answered(502, "secret", {})],
    ["an unsigned streamed result", envelope({ status: 200, headers: {}, body: "{}" })],
    ["a streamed result of another body", envelope({ status: 200, headers: signed(200, "{}"), body: "[]" })],
    [
      "a streamed result whose outer headers are signed",
      envelope({ status: 200, headers: {}, body: "{}" }, signed(200, "{}")),
    ],
    ["a streamed result that is no text", envelope({ status: 200, headers: signed(200, "{}"), body: {} })],
    ["a streamed error of something between", envelope({ error: "secret" })],
    ["a 201 that is a result itself", envelope({ secret: true })],
  ] as const) {
    it(`takes ${what} for a failed attempt, to be tried again, and keeps nothing of it`, () => {
      const reply = failure(read(outcome));
      assert.equal(reply.error.name, "answer_unverified");
      assert.match(reply.error.message, /mismatch/);
      assert.deepEqual([reply.noRetry, reply.retryAt], [false, null]);
      assert.doesNotMatch(JSON.stringify(reply), /secret|paid/);
    });
  }

  it("reads a streamed answer by its inner headers, whatever stands around it", () => {
    const inner = { status: 500, headers: signed(500, '{"message":"m"}'), body: '{"message":"m"}' };
    const outer = { ...SDK, "x-inngest-no-retry": "true", "retry-after": "86400" };
    const reply = failure(read(envelope(inner, outer)));
    assert.deepEqual([reply.error.message, reply.noRetry, reply.retryAt], ["m", false, null]);
  });
});

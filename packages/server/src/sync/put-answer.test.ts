import assert from "node:assert/strict";
import { test } from "node:test";
import type { EgressOutcome } from "#egress";
import { readPutAnswer } from "./put-answer.ts";

const URL_ASKED = "http://localhost:3000/api/inngest?token=t0p";
const handled = { "x-inngest-sdk-handled": "true" };
const answered = (
  status: number,
  body: string,
  headers: Record<string, string> = handled,
): EgressOutcome => ({
  kind: "answered",
  status,
  headers,
  body,
});

test("readPutAnswer() recognises a registration in the answer, and one made by the app itself", () => {
  const sdk = { "x-inngest-sdk": "inngest-js:v4.24.0", ...handled };
  const inBand = answered(200, '{"app_id":"shop"}', {
    ...sdk,
    "x-inngest-sync-kind": "in_band",
    "x-inngest-signature": "t=1&s=2",
  });
  assert.deepEqual(readPutAnswer(URL_ASKED, inBand), {
    kind: "in_band",
    answer: inBand,
  });
  const outOfBand = answered(200, '{"message":"Successfully registered","modified":true}', {
    ...sdk,
    "x-inngest-sync-kind": "out_of_band",
  });
  assert.deepEqual(readPutAnswer(URL_ASKED, outOfBand), { kind: "out_of_band", modified: true });
  assert.deepEqual(readPutAnswer(URL_ASKED, answered(200, "ok", sdk)), {
    kind: "out_of_band",
    modified: false,
  });
});

// Bodies are those the official packages really answer with (v3 3.54.2, v4 4.24.0).
for (const [title, outcome, code, words] of [
  [
    "a wrong key, v4",
    answered(401, '{"message":"Unauthorized"}'),
    "unauthorized",
    /signing key is another one/,
  ],
  [
    "a wrong key, v3",
    answered(401, '{"code":"sig_verification_failed"}'),
    "unauthorized",
    /signing key is another one/,
  ],
  ["a proxy that wants a password", answered(401, "", {}), "unauthorized", /answered 401\.$/],
  [
    "no key in the app, v4",
    answered(500, '{"code":"internal_server_error"}'),
    "internal_server_error",
    /INNGEST_SIGNING_KEY/,
  ],
  [
    "a server the app cannot reach",
    answered(500, '{"message":"Failed to register; fetch failed","modified":false}'),
    "internal_server_error",
    /INNGEST_BASE_URL/,
  ],
  [
    "functions we refused",
    answered(400, '{"message":"At least one function is invalid","modified":false}'),
    "invalid_function",
    /At least one function/,
  ],
  [
    "a code of the app's own",
    answered(400, '{"code":"missing_branch_env_name","message":"x"}'),
    "missing_branch_env_name",
    /x/,
  ],
  ["a page that is not there", answered(404, "<html>", {}), "url_not_found", /Check the path/],
  ["a page that is no app", answered(200, "<html>", {}), "not_sdk", /not as an Inngest endpoint/],
  ["a server error of somebody else", answered(502, "", {}), "not_sdk", /502/],
  ["a forbidden page", answered(403, "", {}), "forbidden", /403/],
  ["another status", answered(405, '{"message":"Method not allowed"}'), "http_not_ok", /Method not allowed/],
  [
    "nobody there",
    { kind: "failed", code: "unreachable", message: "refused", status: null },
    "unreachable",
    /refused/,
  ],
  ["a limit", { kind: "failed", code: "timed_out", message: "10 s", status: null }, "unreachable", /10 s/],
  [
    "something that is not HTTP",
    { kind: "failed", code: "protocol", message: "junk", status: null },
    "unsupported_protocol",
    /junk/,
  ],
  [
    "a redirect elsewhere",
    { kind: "failed", code: "redirect_refused", message: "other", status: 302 },
    "http_not_ok",
    /other/,
  ],
] as const satisfies readonly (readonly [string, EgressOutcome, string, RegExp])[]) {
  test(`readPutAnswer() classifies ${title} as ${code}`, () => {
    const answer = readPutAnswer(URL_ASKED, outcome);
    assert.ok(answer.kind === "failed");
    assert.equal(answer.code, code);
    assert.match(answer.message, words);
    assert.ok(!answer.message.includes("t0p"), "the query stays out of messages");
  });
}

test("readPutAnswer() takes the control characters out of what an app says", () => {
  const answer = readPutAnswer(
    URL_ASKED,
    answered(400, JSON.stringify({ message: `a\u001b[31m\nb${"x".repeat(999)}` })),
  );
  assert.ok(answer.kind === "failed");
  assert.doesNotMatch(answer.message, /\p{Cc}/u);
  assert.ok(answer.message.length < 400);
});

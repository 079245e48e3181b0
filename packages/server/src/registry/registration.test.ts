import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RegisteredApp } from "#store";
import type { Refusal } from "./refusal.ts";
import { parseRegistration } from "./registration.ts";
import { CONTEXT, fn, NOW, registration } from "./testing/registrations.ts";

function taken(body: unknown): RegisteredApp {
  const parsed = parseRegistration(body, CONTEXT);
  assert.ok(!("ok" in parsed), JSON.stringify(parsed));
  return parsed;
}

function refused(body: unknown): Refusal {
  const parsed = parseRegistration(body, CONTEXT);
  assert.ok("ok" in parsed, "the registration was taken");
  return parsed;
}

describe("parseRegistration()", () => {
  const bad: readonly (readonly [what: string, body: unknown, code: string, message: RegExp])[] = [
    ["no object", 7, "config_invalid", /must be a JSON object/],
    ["no app id", registration([], { appName: "" }), "config_invalid", /^App ID required$/],
    [
      "an app id with a control character",
      registration([], { appName: "sh\u0000op" }),
      "config_invalid",
      /invisible or control/,
    ],
    ["an app id of 4 KB", registration([], { appName: "x".repeat(4096) }), "config_invalid", /at most 256/],
    ["no URL", registration([], { url: undefined }), "config_invalid", /URL is not a URL/],
    ["a file URL", registration([], { url: "file:///etc/passwd" }), "config_invalid", /http: or https:/],
    [
      "a URL with a password",
      registration([], { url: "http://u:p@h/" }),
      "config_invalid",
      /user name or a password/,
    ],
    [
      "functions that are no list",
      registration([], { functions: {} }),
      "config_invalid",
      /list its functions/,
    ],
    [
      "501 functions",
      registration(Array.from({ length: 501 }, (_, index) => fn(`f${index}`))),
      "config_invalid",
      /at most 500/,
    ],
    ["a function that is a number", registration([7]), "config_invalid", /not an object/],
    [
      "a function of another app",
      registration([fn("pay", { id: "other-pay" })]),
      "config_invalid",
      /begins with "shop-"/,
    ],
    ["two functions of one id", registration([fn("pay"), fn("pay")]), "config_invalid", /listed twice/],
    [
      "a function over a WebSocket",
      registration([fn("pay", {}, "wss://connect")]),
      "feature_not_supported",
      /uses Connect/,
    ],
    [
      "an app over a WebSocket",
      registration([], { url: "wss://connect" }),
      "feature_not_supported",
      /uses Connect/,
    ],
    [
      "an app id with half a character",
      registration([], { appName: "sh\ud800op" }),
      "config_invalid",
      /lone surrogate/,
    ],
    [
      "a function with neither id nor name",
      registration([fn("pay", { id: "", name: "" })]),
      "config_invalid",
      /number 1 must have an id or a name/,
    ],
    [
      "a function whose id is its app's",
      registration([fn("")]),
      "config_invalid",
      /number 1 must have an id/,
    ],
    [
      "a function id of 4 KB, which it does not repeat",
      registration([fn("x".repeat(4096))]),
      "config_invalid",
      /^At least one function is invalid: Function "shop-x{35}…": its id has 4101 characters; at most 256 are allowed\.$/,
    ],
    [
      "a registration nested more than 512 deep",
      registration([], { later: JSON.parse("[".repeat(600) + "]".repeat(600)) }),
      "config_invalid",
      /cannot be stored/,
    ],
    [
      "a number that no computer holds",
      registration([], { later: JSON.parse("1e999") }),
      "config_invalid",
      /cannot be stored/,
    ],
    [
      "an SDK that leaks secrets",
      registration(undefined, { sdk: "js:v3.30.0" }),
      "sdk_version_denied",
      /CVE-2026-42047.*3\.54\.0/,
    ],
    ["Connect", registration(undefined, { deployType: "connect" }), "feature_not_supported", /Connect/],
    [
      "a batch that can be cancelled",
      registration([
        fn("pay", { batchEvents: { maxSize: 5, timeout: "5s" }, cancel: [{ event: "order/cancelled" }] }),
      ]),
      "combo_unsupported",
      /"shop-pay": batchEvents cannot be combined with cancel\.$/,
    ],
    [
      "an expression that cannot be read, with function, option and position",
      registration([fn("pay", { throttle: { period: "5s", key: "event.data.user ==" } })]),
      "config_invalid",
      /^At least one function is invalid: Function "shop-pay": throttle\.key: .*1:19/,
    ],
    [
      "a schedule that cannot be read",
      registration([fn("pay", { triggers: [{ cron: "61 * * * *" }] })]),
      "schedule_invalid",
      /"shop-pay": triggers\[0\]\.cron: .*61/,
    ],
  ];
  for (const [what, body, code, message] of bad) {
    it(`refuses ${what}, and says why`, () => {
      const outcome = refused(body);
      assert.equal(outcome.code, code);
      assert.match(outcome.message, message);
    });
  }

  it("names everything that is wrong, function by function, and the first of it in its message", () => {
    const outcome = refused(
      registration([
        fn("a", { steps: {}, throttle: { limit: 0 } }),
        fn("b"),
        fn("c", { triggers: 1, cancel: 1, timeouts: 1, singleton: 1 }),
        fn("b"),
      ]),
    );
    assert.deepEqual(
      outcome.functions.map(({ id, errors }) => [id, errors.length]),
      [
        ["shop-a", 3],
        ["shop-c", 4],
        ["shop-b", 1],
      ],
    );
    assert.match(outcome.message, / And 3 more\.$/);
  });

  it("begins the chain of each schedule with the next instant and its jitter", () => {
    const { functions, ticks } = taken(
      registration([
        fn("pay", {
          triggers: [
            { cron: "0 * * * *" },
            { event: "a" },
            { cron: "TZ=Asia/Kolkata 0 12 * * *", jitter: "5m" },
          ],
        }),
        fn("never", { triggers: [{ cron: "0 0 31 2 *" }] }),
        fn("mail"),
      ]),
    );
    const [hourly, daily, ...others] = ticks;
    assert.deepEqual(others, []);
    // 2023-11-14T22:13:20Z is NOW.
    assert.deepEqual(hourly, {
      functionId: functions[0]?.id,
      cron: "0 * * * *",
      scheduledAt: Date.UTC(2023, 10, 14, 23),
      dueAt: Date.UTC(2023, 10, 14, 23),
    });
    assert.equal(daily?.cron, "TZ=Asia/Kolkata 0 12 * * *");
    assert.equal(daily.scheduledAt, Date.UTC(2023, 10, 15, 6, 30));
    const jitterMs = daily.dueAt - daily.scheduledAt;
    assert.ok(jitterMs >= 1000 && jitterMs <= 300_000, `delayed by ${jitterMs} ms`);
    assert.deepEqual(taken(registration([fn("pay")], { deployId: String(NOW) })).ticks, []);
  });

  it("gives the store each concurrency rule with its limit, and the rule keeps its name when the limit changes", () => {
    const limits = (concurrency: unknown): Readonly<Record<string, number>> =>
      taken(registration([fn("pay", { concurrency })])).functions[0]?.limits ?? {};
    assert.deepEqual(limits(undefined), {});
    const before = limits([{ limit: 5 }, { limit: 2, key: "event.data.user" }]);
    const after = limits([{ limit: 7 }, { limit: 1, key: "event.data.user" }]);
    assert.deepEqual(new Set(Object.values(before)), new Set([5, 2]));
    assert.deepEqual(new Set(Object.values(after)), new Set([7, 1]));
    assert.deepEqual(new Set(Object.keys(after)), new Set(Object.keys(before)));
  });

  it("stores a function without options as versions before options did", () => {
    assert.equal(
      taken(registration()).functions[0]?.config,
      '{"path":"/api/inngest?fnId=shop-pay","retries":4,"triggers":[{"event":"order/placed"}]}',
    );
  });

  it("stores the same text for an option in any of its spellings", () => {
    const config = (fields: Record<string, unknown>): string | undefined =>
      taken(registration([fn("pay", fields)])).functions[0]?.config;
    assert.equal(
      config({ concurrency: 5, timeouts: { start: "90s" }, debounce: null }),
      config({ concurrency: { step: [{ limit: 5, scope: "fn", key: "" }] }, timeouts: { start: "1m30s" } }),
    );
  });
});

describe("parseRegistration() and what an app signs", () => {
  for (const [said, kept] of [
    ["v2", "v2"],
    ["v2-ed25519", "v2-ed25519"],
    ["v3", null],
    [true, null],
    [undefined, null],
  ] as const) {
    it(`keeps ${JSON.stringify(kept)} of an app that says ${JSON.stringify(said)}`, () => {
      const body = registration([fn("pay")], { capabilities: { trust_probe: "v1", signatures: said } });
      assert.equal(taken(body).app.signatures, kept);
    });
  }
});

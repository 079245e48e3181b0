import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { InngestFunction } from "inngest";
import { Inngest } from "inngest";
import { createDefer as createDeferOfficial } from "inngest/experimental";
import { serve } from "inngest/edge";
import { testClient } from "../client/testing/test-client.ts";
import { createDefer } from "./create-defer.ts";
import { recordsOf } from "./records.ts";

const APP_URL = "http://localhost:3000/api/inngest";
const quiet = { info() {}, warn() {}, error() {}, debug() {} };
const handler = async (): Promise<number> => 1;

type Options = { readonly id: string } & Readonly<Record<string, unknown>>;

/** What the official package registers for a function with these options. Nothing goes over a network. */
async function official(options: Options, isDeferred = false): Promise<unknown> {
  const posts: { readonly functions?: unknown }[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    posts.push(await request.json());
    return Response.json({ ok: true, modified: true, status: 200 });
  };
  const client = new Inngest({
    id: "shop",
    isDev: true,
    baseUrl: "http://localhost:8288",
    fetch,
    logger: quiet,
  });
  // Options are data to this test; the package infers a type from each literal.
  const fn = isDeferred
    ? createDeferOfficial(client, options as never, handler as never)
    : client.createFunction(options as never, handler as never);
  const app = serve({ client, functions: [fn as InngestFunction.Any] });
  await app(new Request(APP_URL, { method: "PUT", body: "{}", headers: { host: "localhost:3000" } }));
  return posts[0]?.functions;
}

function own(options: Options): unknown {
  const fn = testClient().createFunction(options, handler);
  return plain(recordsOf(fn).map((record) => record.registration(APP_URL)));
}

/** As JSON says it. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

const on = { event: "order/paid" };

/** Options by what is peculiar to them; `retries` always, since this package says its default and the other does not. */
const CASES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "an event": { triggers: on },
  "no trigger": {},
  "a name": { triggers: on, name: "Ship it" },
  "a description": { triggers: on, description: "Ships." },
  "a filter": { triggers: { event: "order/paid", if: "event.data.total > 100" } },
  "several triggers": {
    triggers: [on, { event: "order/*", if: "true" }, { cron: "TZ=Europe/Berlin 0 9 * * *" }],
  },
  "a schedule with jitter": { triggers: { cron: "0 * * * *", jitter: "30s" } },
  "concurrency as a number": { triggers: on, concurrency: 5 },
  "concurrency as a rule": { triggers: on, concurrency: { limit: 5, key: "event.data.user", scope: "env" } },
  "two rules of concurrency": {
    triggers: on,
    concurrency: [{ limit: 5 }, { limit: 50, key: "'mail'", scope: "account" }],
  },
  "a throttle": { triggers: on, throttle: { limit: 5, period: "1h30m", burst: 2, key: "event.data.user" } },
  "a rate limit": { triggers: on, rateLimit: { limit: 5, period: "24h", key: "event.data.user" } },
  "a debounce": { triggers: on, debounce: { period: "5s", key: "event.data.user", timeout: "1m" } },
  "a batch": {
    triggers: on,
    batchEvents: { maxSize: 10, timeout: "5s", key: "event.data.user", if: "event.data.small == true" },
  },
  "a priority": { triggers: on, priority: { run: "event.data.vip ? 60 : 0" } },
  "a singleton": { triggers: on, singleton: { mode: "cancel", key: "event.data.user" } },
  "an idempotency": { triggers: on, idempotency: "event.data.orderId" },
  "rules of cancelling": {
    triggers: on,
    cancelOn: [
      { event: "order/cancelled", match: "data.orderId" },
      { event: "user/gone", if: "async.data.user == event.data.user", timeout: "1d" },
      { event: "all/stop" },
    ],
  },
  timeouts: { triggers: on, timeouts: { start: "10s", finish: "1h" } },
  "a handler of failures": { triggers: on, onFailure: handler },
  checkpointing: { triggers: on, checkpointing: { bufferedSteps: 3 } },
};

describe("registration()", () => {
  for (const [what, options] of Object.entries(CASES)) {
    it(`is what the official package registers for ${what}`, async () => {
      const all: Options = { id: "ship", retries: 2, ...options };
      assert.deepEqual(own(all), await official(all));
    });
  }

  it("writes milliseconds as the official package does", async () => {
    for (const ms of [1000, 1500, 90_000, 5_400_000, 86_400_000, 694_861_000, 999, 1, 59_999]) {
      const all: Options = {
        id: "ship",
        retries: 2,
        triggers: on,
        cancelOn: [{ event: "a", timeout: ms }],
      };
      assert.deepEqual(own(all), await official(all), String(ms));
    }
  });

  it("is what the official package registers for a deferred function", async () => {
    const options: Options = { id: "score", retries: 2, concurrency: 3 };
    const fn = createDefer(testClient(), options, handler);
    assert.deepEqual(
      plain(recordsOf(fn).map((record) => record.registration(APP_URL))),
      await official(options, true),
    );
  });

  it("says the number of attempts where the official package leaves it to the server", async () => {
    const [registered] = plain(own({ id: "ship", triggers: on })) as [
      { steps: { step: { retries: unknown } } },
    ];
    assert.deepEqual(registered.steps.step.retries, { attempts: 3 });
  });

  it("adds to the query that an app's address has", () => {
    const [record] = recordsOf(testClient().createFunction({ id: "a & b" }, handler));
    const registered = record?.registration("https://shop.example/x?tenant=1");
    assert.match(
      JSON.stringify(registered),
      /"https:\/\/shop\.example\/x\?tenant=1&fnId=shop-a\+%26\+b&stepId=step"/,
    );
  });
});

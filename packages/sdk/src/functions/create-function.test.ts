import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { z } from "zod";
import type { Holdfast } from "../client/client.ts";
import { testClient } from "../client/testing/test-client.ts";
import { NonRetriableError } from "../errors/non-retriable-error.ts";
import { eventType } from "../events/event-type.ts";
import { passThrough } from "../payloads/pass-through.ts";
import { stateOf } from "../client/state.ts";
import { createDefer } from "./create-defer.ts";
import type { FunctionOptions } from "./options.ts";
import { recordsOf } from "./records.ts";
import { referenceFunction } from "./reference-function.ts";
import { cron, invoke } from "./triggers.ts";

const handler = (): number => 1;
const paid = eventType("order/paid", { schema: z.object({ orderId: z.string() }) });

/** Options of a test need not be right. */
function make(options: unknown): ReturnType<typeof recordsOf> {
  return recordsOf(testClient().createFunction(options as FunctionOptions, handler));
}

describe("client.createFunction()", () => {
  it("gives the author an id and nothing else", () => {
    const fn = testClient().createFunction({ id: "ship", triggers: { event: "order/paid" } }, handler);
    assert.deepEqual(Reflect.ownKeys(fn), ["id"]);
    assert.equal(fn.id, "ship");
    assert.ok(Object.isFrozen(fn));
  });

  it("fills in what is not said", () => {
    const [record, ...others] = make({ id: "ship" });
    assert.deepEqual(others, []);
    assert.ok(record !== undefined);
    assert.equal(record.slug, "shop-ship");
    assert.equal(record.kind, "function");
    assert.equal(record.retries, 3);
    assert.deepEqual(record.checkpointing, { maxRuntimeMs: 10_000, bufferedSteps: 1, maxIntervalMs: 0 });
    assert.deepEqual(record.middleware, []);
    assert.equal(record.handler({}), 1);
  });

  it("makes the handler of a failure a function of its own, with one more attempt", () => {
    const [, failure] = make({ id: "it's", onFailure: () => 2, retries: 0, concurrency: 1 });
    assert.ok(failure !== undefined);
    assert.equal(failure.id, "it's-failure");
    assert.equal(failure.slug, "shop-it's-failure");
    assert.equal(failure.kind, "failure");
    assert.equal(failure.retries, 1);
    assert.equal(failure.handler({}), 2);
    assert.deepEqual(failure.registration("https://shop.example/api/inngest"), {
      id: "shop-it's-failure",
      name: "it's (failure)",
      triggers: [
        // The quote in the id does not end the text.
        { event: "inngest/function.failed", expression: String.raw`event.data.function_id == 'shop-it\'s'` },
      ],
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: {
            type: "http",
            url: "https://shop.example/api/inngest?fnId=shop-it%27s-failure&stepId=step",
          },
          retries: { attempts: 1 },
        },
      },
    });
  });

  it("goes on within a call as it says, or as its client does", () => {
    const ofFunction = (checkpointing: unknown): unknown =>
      make({ id: "ship", checkpointing })[0]?.checkpointing;
    assert.equal(ofFunction(false), null);
    assert.deepEqual(ofFunction({ maxRuntime: "5m", bufferedSteps: 10, maxInterval: 500 }), {
      maxRuntimeMs: 300_000,
      bufferedSteps: 10,
      maxIntervalMs: 500,
    });
    assert.deepEqual(ofFunction({ bufferedSteps: 3 }), {
      maxRuntimeMs: 10_000,
      bufferedSteps: 3,
      maxIntervalMs: 0,
    });
    const client = testClient({ checkpointing: false });
    const own = (options: FunctionOptions): unknown =>
      recordsOf(client.createFunction(options, handler))[0]?.checkpointing;
    assert.equal(own({ id: "a" }), null);
    assert.deepEqual(own({ id: "b", checkpointing: true }), {
      maxRuntimeMs: 10_000,
      bufferedSteps: 1,
      maxIntervalMs: 0,
    });
  });

  it("adds to its client, the last of a name in the place of one before", () => {
    const client = testClient();
    client.createFunction({ id: "ship", onFailure: handler }, handler);
    const again = client.createFunction({ id: "ship", retries: 7 }, handler);
    const { functions } = stateOf(client);
    assert.deepEqual([...functions.keys()], ["shop-ship", "shop-ship-failure"]);
    assert.equal(functions.get("shop-ship"), recordsOf(again)[0]);
  });

  it("tells middleware of each function", () => {
    const told: unknown[] = [];
    const noting = (id: string) => ({ id, onRegister: (info: object) => void told.push([id, info]) });
    const client = testClient({ middleware: [noting("client's"), () => noting("fresh")] });
    client.createFunction({ id: "ship", middleware: [noting("own")], onFailure: handler }, handler);
    assert.deepEqual(told, [
      ["client's", { app: "shop" }],
      ["fresh", { app: "shop" }],
      ...["ship", "ship-failure"].flatMap((functionId) =>
        ["client's", "fresh", "own"].map((id) => [id, { app: "shop", functionId }]),
      ),
    ]);
  });

  const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
    ["no options", null, /its options must be an object/],
    ["no id", {}, /"\?": id must be text/],
    ["an empty id", { id: " " }, /id must be text/],
    ["an id with an edge of space", { id: "a " }, /id must be at most 251 characters, all of them visible/],
    ["an id that breaks a line", { id: "a\nb" }, /id must be at most/],
    ["an id too long", { id: "x".repeat(252) }, /id must be at most 251/],
    ["a misspelt option", { id: "a", concurency: 1 }, /"a": concurency does not exist/],
    ["a name that is none", { id: "a", name: 5 }, /name must be text/],
    ["a description that is none", { id: "a", description: 5 }, /description must be text/],
    ["retries", { id: "a", retries: 21 }, /retries must be a whole number from 0 to 20/],
    ["negative retries", { id: "a", retries: -1 }, /retries must/],
    ["half a retry", { id: "a", retries: 1.5 }, /retries must/],
    ["a handler of failures", { id: "a", onFailure: {} }, /onFailure must be a function/],
    ["middleware", { id: "a", middleware: {} }, /middleware must be a list/],
    ["middleware without an id", { id: "a", middleware: [{}] }, /middleware must be a list of middleware/],
    [
      "a payload stage",
      { id: "a", middleware: [{ id: "seal", payloads: () => passThrough }] },
      /its middleware seal brings a stage/,
    ],
    ["checkpointing", { id: "a", checkpointing: "yes" }, /checkpointing must be an object/],
    [
      "a buffer of none",
      { id: "a", checkpointing: { bufferedSteps: 0 } },
      /checkpointing\.bufferedSteps must/,
    ],
    [
      "a runtime of none",
      { id: "a", checkpointing: { maxRuntime: 0 } },
      /checkpointing\.maxRuntime must be at least 1ms/,
    ],
    ["a trigger", { id: "a", triggers: "order/paid" }, /triggers must be an event's type, \{event\}, cron/],
    ["a trigger in a list", { id: "a", triggers: [null] }, /triggers\[0\] must be an event's type/],
    ["an empty event", { id: "a", triggers: { event: "" } }, /triggers\.event must be text/],
    [
      "an event too long",
      { id: "a", triggers: { event: "x".repeat(256) } },
      /triggers\.event must be at most 255/,
    ],
    ["a filter", { id: "a", triggers: [{ event: "b", if: 5 }] }, /triggers\[0\]\.if must be text/],
    [
      "a misspelt filter",
      { id: "a", triggers: { event: "b", expression: "1" } },
      /triggers\.expression does not exist/,
    ],
    ["a schedule", { id: "a", triggers: cron("") }, /triggers\.cron must be text/],
    [
      "a jitter",
      { id: "a", triggers: { cron: "* * * * *", jitter: "6m" } },
      /triggers\.jitter must be at least 1s and at most 5m/,
    ],
    [
      "an input without a schema",
      { id: "a", triggers: { invoke: {} } },
      /triggers\.invoke must be a Standard Schema/,
    ],
    [
      "two inputs",
      { id: "a", triggers: [invoke(z.object({})), invoke(z.object({}))] },
      /more than one invoke/,
    ],
    ["one trigger twice", { id: "a", triggers: [paid, { event: "order/paid" }] }, /the same trigger twice/],
    [
      "too many triggers",
      { id: "a", triggers: Array.from({ length: 11 }, (_, at) => ({ event: `e${at}` })) },
      /triggers has 11 entries/,
    ],
    ["concurrency", { id: "a", concurrency: -1 }, /concurrency must be a whole number of 0 or more/],
    [
      "a scope without a key",
      { id: "a", concurrency: { limit: 1, scope: "env" } },
      /concurrency\.key must be given/,
    ],
    [
      "a scope",
      { id: "a", concurrency: [{ limit: 1, scope: "app" }] },
      /concurrency\[0\]\.scope must be "fn" or/,
    ],
    [
      "three rules",
      { id: "a", concurrency: [{ limit: 1 }, { limit: 1 }, { limit: 1 }] },
      /concurrency has 3 entries/,
    ],
    ["a throttle of none", { id: "a", throttle: { limit: 0, period: "1s" } }, /throttle\.limit must/],
    [
      "a throttle without a period",
      { id: "a", throttle: { limit: 1 } },
      /throttle\.period must be a duration/,
    ],
    [
      "a long rate limit",
      { id: "a", rateLimit: { limit: 1, period: "25h" } },
      /rateLimit\.period must be at least 1s and at most 1d/,
    ],
    [
      "a long debounce",
      { id: "a", debounce: { period: "8d" } },
      /debounce\.period must be at least 1s and at most 1w/,
    ],
    ["a duration", { id: "a", debounce: { period: "soon" } }, /debounce\.period must be a duration/],
    ["a batch of one", { id: "a", batchEvents: { maxSize: 1, timeout: "1s" } }, /batchEvents\.maxSize must/],
    [
      "a short batch",
      { id: "a", batchEvents: { maxSize: 2, timeout: 10 } },
      /batchEvents\.timeout must be at least 1s/,
    ],
    [
      "a batch beside a rule for one event",
      { id: "a", batchEvents: { maxSize: 2, timeout: "1s" }, cancelOn: [{ event: "b" }] },
      /cancelOn cannot be given beside batchEvents/,
    ],
    ["a priority", { id: "a", priority: {} }, /priority\.run must be text/],
    ["a singleton", { id: "a", singleton: { mode: "wait" } }, /singleton\.mode must be "skip" or "cancel"/],
    ["an idempotency", { id: "a", idempotency: "" }, /idempotency must be text/],
    ["rules of cancelling", { id: "a", cancelOn: { event: "b" } }, /cancelOn must be a list/],
    [
      "six of them",
      { id: "a", cancelOn: Array.from({ length: 6 }, () => ({ event: "b" })) },
      /cancelOn has 6 entries/,
    ],
    [
      "two conditions",
      { id: "a", cancelOn: [{ event: "b", if: "true", match: "data.id" }] },
      /cancelOn\[0\]\.match cannot/,
    ],
    ["a time to start", { id: "a", timeouts: { start: "never" } }, /timeouts\.start must be a duration/],
  ];
  for (const [what, options, message] of REFUSED) {
    it(`refuses ${what}, naming the option`, () => {
      const client = testClient();
      assert.throws(
        () => client.createFunction(options as FunctionOptions, handler),
        (error) => {
          assert.ok(isHoldfastError(error, "function_invalid"));
          assert.match(error.message, message);
          return true;
        },
      );
      assert.equal(stateOf(client).functions.size, 0);
    });
  }

  it("refuses a handler that is none", () => {
    assert.throws(
      () => testClient().createFunction({ id: "a" }, 5 as never),
      (error) =>
        isHoldfastError(error, "function_invalid") && /its handler must be a function/.test(error.message),
    );
  });
});

describe("a function's check of what starts it", () => {
  const invoked = "inngest/function.invoked";
  const order = { orderId: "o1" };

  async function isTaken(options: object, name: string, data: unknown): Promise<boolean> {
    try {
      await make({ id: "ship", ...options })[0]?.validate({ name, data });
      return true;
    } catch (error) {
      assert.ok(error instanceof NonRetriableError);
      assert.doesNotMatch(error.message, /canary/);
      assert.match(
        error.message,
        /^The function "ship" was not started: its input does not fit its schema at orderId\.$/,
      );
      return false;
    }
  }

  it("takes an event that fits its trigger's schema, and names where one does not", async () => {
    assert.equal(await isTaken({ triggers: paid }, "order/paid", order), true);
    assert.equal(await isTaken({ triggers: paid }, "order/paid", { orderId: ["canary"] }), false);
    assert.equal(await isTaken({ triggers: { event: paid, if: "true" } }, "order/paid", {}), false);
  });

  it("takes whatever comes for a trigger without a schema", async () => {
    assert.equal(await isTaken({ triggers: { event: "order/paid" } }, "order/paid", {}), true);
    assert.equal(await isTaken({}, invoked, {}), true);
    assert.equal(await isTaken({ triggers: [paid, { event: "order/*" }] }, "order/paid", {}), true);
    assert.equal(await isTaken({ triggers: [paid, cron("* * * * *")] }, "inngest/scheduled.timer", {}), true);
  });

  it("holds an invocation against invoke(…), else against the events' schemas, without the server's own member", async () => {
    const both = [paid, invoke(z.strictObject({ orderId: z.number() }))];
    assert.equal(await isTaken({ triggers: both }, invoked, { orderId: 5, _inngest: { fn_id: "x" } }), true);
    assert.equal(await isTaken({ triggers: both }, invoked, order), false);
    const two = [paid, eventType("order/sent", { schema: z.strictObject({ orderId: z.number() }) })];
    for (const orderId of ["o1", 5])
      assert.equal(await isTaken({ triggers: two }, invoked, { orderId }), true);
    assert.equal(await isTaken({ triggers: two }, invoked, { orderId: null }), false);
  });

  it("holds an event against the schemas of patterns too", async () => {
    const any = eventType("order/*", { schema: z.object({ orderId: z.string() }) });
    assert.equal(await isTaken({ triggers: any }, "order/sent", order), true);
    assert.equal(await isTaken({ triggers: any }, "order/sent", {}), false);
  });
});

describe("createDefer()", () => {
  const schema = z.strictObject({ orderId: z.string() });

  it("makes a function that is started by being deferred to", async () => {
    const client = testClient();
    const [record] = recordsOf(createDefer(client, { id: "score", schema, concurrency: 2 }, handler));
    assert.ok(record !== undefined);
    assert.equal(record.kind, "deferred");
    assert.equal(stateOf(client).functions.get("shop-score"), record);
    const registration = record.registration("https://shop.example/x");
    assert.deepEqual(registration["triggers"], [
      { event: "inngest/deferred.schedule", expression: "event.data._inngest.fn_slug == 'shop-score'" },
    ]);
    assert.equal(registration["concurrency"], 2);
    await record.validate({ name: "inngest/deferred.schedule", data: { orderId: "o1", _inngest: {} } });
    await assert.rejects(record.validate({ name: "x", data: {} }), NonRetriableError);
  });

  it("refuses what a deferred function cannot have", () => {
    for (const option of ["triggers", "onFailure", "batchEvents"]) {
      assert.throws(
        () => createDefer(testClient(), { id: "score", [option]: [] }, handler),
        (error) =>
          isHoldfastError(error, "function_invalid") && error.message.includes(`${option} does not exist`),
      );
    }
    assert.throws(
      () => createDefer(testClient(), { id: "score", schema: {} as never }, handler),
      (error) => isHoldfastError(error, "function_invalid"),
    );
    assert.throws(
      () => createDefer({ id: "shop" } as unknown as Holdfast, { id: "score" }, handler),
      (error) => isHoldfastError(error, "client_invalid"),
    );
  });
});

describe("recordsOf()", () => {
  it("refuses what is no function of this package", () => {
    const fn = testClient().createFunction({ id: "ship" }, handler);
    for (const other of [{ ...fn }, null, "ship", handler]) {
      assert.throws(
        () => recordsOf(other as never),
        (error) => isHoldfastError(error, "client_invalid"),
      );
    }
  });
});

describe("referenceFunction()", () => {
  it("names a function of this app or of another", () => {
    assert.deepEqual(referenceFunction({ functionId: "ship" }), { functionId: "ship" });
    assert.deepEqual(referenceFunction({ functionId: "ship", appId: "shop" }), {
      functionId: "ship",
      appId: "shop",
    });
    for (const target of [{ functionId: "" }, { functionId: "a", appId: "" }, {}]) {
      assert.throws(
        () => referenceFunction(target as never),
        (error) => isHoldfastError(error, "function_invalid"),
      );
    }
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileConfig } from "./compiled-config.ts";
import type { FunctionConfig, FunctionOptions, TriggerConfig } from "./function-config.ts";

const NO_FLOW_CONTROL = {
  concurrency: [],
  throttle: null,
  rateLimit: null,
  debounce: null,
  batch: null,
  priority: null,
  hasIdempotencyKey: false,
  singleton: null,
};

function config(options: FunctionOptions, triggers: readonly TriggerConfig[] = []): FunctionConfig {
  return { path: "/x", retries: 4, triggers, ...options };
}

function compiled(options: FunctionOptions, triggers?: readonly TriggerConfig[]) {
  const notes: string[] = [];
  const result = compileConfig(config(options, triggers), (option) => notes.push(option));
  return { ...result, notes };
}

describe("compileConfig()", () => {
  it("takes a configuration from before there were options", () => {
    const stored = JSON.parse('{"path":"/x","retries":2,"triggers":[{"event":"a"}]}') as FunctionConfig;
    assert.deepEqual(
      compileConfig(stored, (option) => assert.fail(option)),
      {
        configuration: stored,
        triggers: [{ event: "a", filter: null }],
        crons: [],
        flowControl: NO_FLOW_CONTROL,
        cancels: [],
      },
    );
  });

  it("keeps the schedules by the text of their ticks, beside the events", () => {
    const { crons, triggers } = compiled({}, [
      { cron: "0 * * * *", jitterMs: 5000 },
      { event: "a" },
      { cron: "TZ=Europe/Berlin 0 9 * * *" },
    ]);
    assert.deepEqual(
      crons.map(({ cron, jitterMs }) => [cron.source, jitterMs]),
      [
        ["0 * * * *", 5000],
        ["TZ=Europe/Berlin 0 9 * * *", 0],
      ],
    );
    assert.deepEqual(triggers, [{ event: "a", filter: null }]);
  });

  it("takes batches with and without expressions", () => {
    const bare = compiled({ batchEvents: { maxSize: 5, timeoutMs: 1000 } }).flowControl.batch;
    assert.deepEqual(bare, { sizeMax: 5, timeoutMs: 1000, key: null, filter: null });
    const full = compiled({
      batchEvents: { maxSize: 5, timeoutMs: 1000, key: "event.id", if: "event.v == 1" },
    });
    assert.equal(full.flowControl.batch?.key?.source, "event.id");
    assert.equal(full.flowControl.batch.filter?.source, "event.v == 1");
  });

  it("puts an idempotency key, once in 24 hours, before the rate limit", () => {
    const rateLimit = { limit: 10, periodMs: 1000, key: "event.data.user" };
    const plain = compiled({ rateLimit }).flowControl;
    assert.deepEqual([plain.rateLimit?.limit, plain.hasIdempotencyKey], [10, false]);
    const keyed = compiled({ rateLimit, idempotency: "event.data.id" }).flowControl;
    assert.deepEqual(
      [keyed.rateLimit?.limit, keyed.rateLimit?.periodMs, keyed.rateLimit?.key?.source],
      [1, 86_400_000, "event.data.id"],
    );
    assert.equal(keyed.hasIdempotencyKey, true);
  });

  const bad = "event.data.";
  const options: readonly (readonly [option: string, options: FunctionOptions])[] = [
    ["throttle.key", { throttle: { limit: 1, periodMs: 1, burst: 0, key: bad } }],
    ["rateLimit.key", { rateLimit: { limit: 1, periodMs: 1, key: bad } }],
    ["idempotency", { idempotency: bad, rateLimit: { limit: 1, periodMs: 1 } }],
    ["debounce.key", { debounce: { periodMs: 1, key: bad } }],
    ["batchEvents.key", { batchEvents: { maxSize: 2, timeoutMs: 1, key: bad } }],
    ["batchEvents.if", { batchEvents: { maxSize: 2, timeoutMs: 1, if: bad } }],
    ["priority.run", { priority: bad }],
    ["singleton.key", { singleton: { mode: "skip", key: bad } }],
    ["cancel[0].if", { cancel: [{ event: "a", if: bad }] }],
    ["concurrency[0].key", { concurrency: [{ level: "step", scope: "fn", limit: 1, key: bad, rule: "r" }] }],
  ];
  for (const [option, given] of options) {
    it(`leaves out an option whose ${option} does not compile any more, and says so`, () => {
      const { flowControl, cancels, notes } = compiled(given);
      assert.deepEqual(notes, [option]);
      assert.deepEqual(flowControl, NO_FLOW_CONTROL);
      assert.deepEqual(cancels, []);
    });
  }

  it("leaves out triggers that do not compile any more, and keeps the others", () => {
    const { triggers, crons, notes } = compiled({}, [
      { event: "a", expression: bad },
      { cron: "@daily" },
      { event: "b" },
    ]);
    assert.deepEqual(notes, ["triggers[0].expression", "triggers[1].cron"]);
    assert.deepEqual(triggers, [{ event: "b", filter: null }]);
    assert.deepEqual(crons, []);
  });
});

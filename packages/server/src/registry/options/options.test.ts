import { nodeDigest as digest } from "#kernel";
import { parseOptions } from "./options.ts";
import { testOption } from "./testing/option-table.ts";
import type { Fields } from "./values.ts";

const batchEvents = { maxSize: 5, timeout: "5s" };
const batched = { maxSize: 5, timeoutMs: 5000 };

testOption<Fields>("parseOptions()", (raw, report) => parseOptions(raw, report, digest), {
  accepted: [
    [{}, {}],
    [
      JSON.parse(
        '{"later": {"x": 1}, "__proto__": {"cancel": 7}, "checkpoint": {"batch_steps": 3}}',
      ) as Fields,
      {},
    ],
    [
      {
        concurrency: null,
        cancel: [],
        timeouts: {},
        idempotency: "",
        priority: { run: null },
        debounce: null,
      },
      {},
    ],
    [
      { batchEvents, cancel: [], debounce: null, singleton: {}, priority: { run: "" } },
      { batchEvents: batched },
    ],
    [
      { batchEvents, throttle: { limit: 1, period: "5s" }, idempotency: "event.data.id" },
      {
        batchEvents: batched,
        throttle: { limit: 1, periodMs: 5000, burst: 0 },
        idempotency: "event.data.id",
      },
    ],
  ],
  refused: [
    [
      { idempotency: { key: "event.data.id" } },
      ["config_invalid", /^idempotency must be an expression, not an object$/],
    ],
    [{ idempotency: "event.data.id ==" }, ["config_invalid", /^idempotency: .*1:\d+/]],
    // Overridden, and wrong all the same.
    [
      { rateLimit: { limit: 0, period: "1m" }, idempotency: "event.data.id" },
      ["config_invalid", /^rateLimit\.limit/],
    ],
    [
      { batchEvents, cancel: [{ event: "a" }] },
      ["combo_unsupported", /^batchEvents cannot be combined with cancel$/],
    ],
    [{ batchEvents, debounce: { period: "5s" } }, ["combo_unsupported", /with debounce$/]],
    [{ batchEvents, singleton: { mode: "skip" } }, ["combo_unsupported", /with singleton$/]],
    [{ batchEvents, priority: { run: "1" } }, ["combo_unsupported", /with priority\.run$/]],
    [
      { throttle: 1, rateLimit: 1, debounce: 1, batchEvents: 1, timeouts: 1 },
      ["combo_unsupported", /debounce/],
      ["config_invalid", /^throttle/],
      ["config_invalid", /^rateLimit/],
      ["config_invalid", /^debounce/],
      ["config_invalid", /^batchEvents/],
      ["config_invalid", /^timeouts/],
    ],
  ],
});

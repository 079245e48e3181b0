import { parseRateLimit } from "./rate-limit.ts";
import { testOption } from "./testing/option-table.ts";

type Raw = { readonly rateLimit?: unknown; readonly idempotency?: unknown };

testOption<Raw>(
  "parseRateLimit()",
  ({ rateLimit, idempotency }, report) => parseRateLimit(rateLimit, idempotency, report),
  {
    accepted: [
      [{}, undefined],
      [{ rateLimit: {}, idempotency: "" }, undefined],
      [{ rateLimit: { limit: 10, period: "1m" } }, { limit: 10, periodMs: 60_000 }],
      [
        { rateLimit: { limit: 1, period: "24h", key: "event.data.user" } },
        { limit: 1, periodMs: 86_400_000, key: "event.data.user" },
      ],
      [{ idempotency: "event.data.id" }, { limit: 1, periodMs: 86_400_000, key: "event.data.id" }],
      [
        { rateLimit: { limit: 10, period: "1m", key: "event.data.user" }, idempotency: "event.data.id" },
        { limit: 1, periodMs: 86_400_000, key: "event.data.id" },
      ],
    ],
    refused: [
      [{ rateLimit: "1/s" }, ["config_invalid", /^rateLimit must be an object, not "1\/s"$/]],
      [
        { rateLimit: { limit: 0, period: "1m" } },
        ["config_invalid", /^rateLimit\.limit .* 1 or more, not 0$/],
      ],
      [{ rateLimit: { period: "1m" } }, ["config_invalid", /^rateLimit\.limit .*, not nothing$/]],
      [{ rateLimit: { limit: 1 } }, ["config_invalid", /^rateLimit\.period .* from 1ms to 1d, /]],
      [{ rateLimit: { limit: 1, period: "24h1ms" } }, ["config_invalid", /^rateLimit\.period /]],
      [
        { rateLimit: { limit: 1, period: "1m", key: "event.data +" } },
        ["config_invalid", /^rateLimit\.key: .*1:\d+/],
      ],
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
    ],
  },
);

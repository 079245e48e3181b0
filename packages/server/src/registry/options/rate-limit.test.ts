import { parseRateLimit } from "./rate-limit.ts";
import { testOption } from "./testing/option-table.ts";

testOption("parseRateLimit()", parseRateLimit, {
  accepted: [
    [undefined, undefined],
    [{}, undefined],
    [
      { limit: 10, period: "1m" },
      { limit: 10, periodMs: 60_000 },
    ],
    [
      { limit: 1, period: "24h", key: "event.data.user" },
      { limit: 1, periodMs: 86_400_000, key: "event.data.user" },
    ],
  ],
  refused: [
    ["1/s", ["config_invalid", /^rateLimit must be an object, not "1\/s"$/]],
    [{ limit: 0, period: "1m" }, ["config_invalid", /^rateLimit\.limit .* 1 or more, not 0$/]],
    [{ period: "1m" }, ["config_invalid", /^rateLimit\.limit .*, not nothing$/]],
    [{ limit: 1 }, ["config_invalid", /^rateLimit\.period .* from 1ms to 1d, /]],
    [{ limit: 1, period: "24h1ms" }, ["config_invalid", /^rateLimit\.period /]],
    [{ limit: 1, period: "1m", key: "event.data +" }, ["config_invalid", /^rateLimit\.key: .*1:\d+/]],
  ],
});

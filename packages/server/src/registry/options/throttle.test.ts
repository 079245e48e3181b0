import { testOption } from "./testing/option-table.ts";
import { parseThrottle } from "./throttle.ts";

testOption("parseThrottle()", parseThrottle, {
  accepted: [
    [undefined, undefined],
    [null, undefined],
    [{}, undefined],
    [{ period: "5s" }, { limit: 1, periodMs: 5000, burst: 0 }],
    [
      { limit: 2, period: "1h30m", burst: 3, key: "event.data.user" },
      { limit: 2, periodMs: 5_400_000, burst: 3, key: "event.data.user" },
    ],
    [
      { limit: 2, period: "500ms", burst: null, key: "" },
      { limit: 2, periodMs: 500, burst: 0 },
    ],
    [
      { limit: 1, period: "366d" },
      { limit: 1, periodMs: 31_622_400_000, burst: 0 },
    ],
  ],
  refused: [
    [7, ["config_invalid", /^throttle must be an object, not 7$/]],
    [[{ limit: 1 }], ["config_invalid", /^throttle must be an object, not a list$/]],
    [{ limit: 1 }, ["config_invalid", /^throttle\.period must be a duration from 1ms to .*, not nothing$/]],
    [{ limit: 1, period: 5000 }, ["config_invalid", /^throttle\.period .*, not 5000$/]],
    [{ limit: 1, period: "5 s" }, ["config_invalid", /^throttle\.period .*, not "5 s"$/]],
    [{ limit: 1, period: "0s" }, ["config_invalid", /^throttle\.period /]],
    [{ limit: 1, period: "-5s" }, ["config_invalid", /^throttle\.period /]],
    [{ limit: 1, period: "367d" }, ["config_invalid", /^throttle\.period /]],
    [
      { limit: 0, period: "5s" },
      ["config_invalid", /^throttle\.limit must be a whole number of 1 or more, not 0$/],
    ],
    [{ limit: "1", period: "5s" }, ["config_invalid", /^throttle\.limit .*, not "1"$/]],
    [{ limit: 1, period: "5s", burst: -1 }, ["config_invalid", /^throttle\.burst .* 0 or more, not -1$/]],
    [{ limit: 1, period: "5s", key: "event.data." }, ["config_invalid", /^throttle\.key: .*1:\d+/]],
    [{ limit: 1, period: "5s", key: 7 }, ["config_invalid", /^throttle\.key must be an expression, not 7$/]],
    [
      { limit: 1.5, period: "later", key: "(" },
      ["config_invalid", /^throttle\.limit/],
      ["config_invalid", /^throttle\.period/],
      ["config_invalid", /^throttle\.key/],
    ],
  ],
});

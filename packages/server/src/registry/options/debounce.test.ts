import { parseDebounce } from "./debounce.ts";
import { testOption } from "./testing/option-table.ts";

testOption("parseDebounce()", parseDebounce, {
  accepted: [
    [undefined, undefined],
    [{ period: "1s" }, { periodMs: 1000 }],
    [{ period: "7d" }, { periodMs: 604_800_000 }],
    [
      { period: "5s", key: "event.data.user", timeout: "1m" },
      { periodMs: 5000, timeoutMs: 60_000, key: "event.data.user" },
    ],
  ],
  refused: [
    [true, ["config_invalid", /^debounce must be an object, not true$/]],
    [{ key: "1" }, ["config_invalid", /^debounce\.period .* from 1s to 1w, .*, not nothing$/]],
    [{ period: "999ms" }, ["config_invalid", /^debounce\.period .*, not "999ms"$/]],
    [{ period: "7d1ms" }, ["config_invalid", /^debounce\.period /]],
    [{ period: "5s", timeout: "soon" }, ["config_invalid", /^debounce\.timeout .*, not "soon"$/]],
    [{ period: "5s", key: "event.data[" }, ["config_invalid", /^debounce\.key: .*1:\d+/]],
  ],
});

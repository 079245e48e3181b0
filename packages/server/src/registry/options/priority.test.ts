import { parsePriority } from "./priority.ts";
import { testOption } from "./testing/option-table.ts";

testOption("parsePriority()", parsePriority, {
  accepted: [
    [undefined, undefined],
    [{ run: null }, undefined],
    [{ run: "event.data.plan == 'paid' ? 120 : 0" }, "event.data.plan == 'paid' ? 120 : 0"],
  ],
  refused: [
    [10, ["config_invalid", /^priority must be an object, not 10$/]],
    [{ run: 10 }, ["config_invalid", /^priority\.run must be an expression, not 10$/]],
    [{ run: "event.data.plan ?" }, ["config_invalid", /^priority\.run: .*1:\d+/]],
  ],
});

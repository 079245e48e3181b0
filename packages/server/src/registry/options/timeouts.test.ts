import { testOption } from "./testing/option-table.ts";
import { parseTimeouts } from "./timeouts.ts";

testOption("parseTimeouts()", parseTimeouts, {
  accepted: [
    [undefined, undefined],
    [{}, undefined],
    [{ start: null, finish: "" }, undefined],
    [{ start: "5s" }, { startMs: 5000 }],
    [
      { start: "5s", finish: "2w" },
      { startMs: 5000, finishMs: 1_209_600_000 },
    ],
  ],
  refused: [
    ["5s", ["config_invalid", /^timeouts must be an object, not "5s"$/]],
    [{ start: 500 }, ["config_invalid", /^timeouts\.start .*, not 500$/]],
    [
      { start: "0s", finish: "-1s" },
      ["config_invalid", /^timeouts\.start /],
      ["config_invalid", /^timeouts\.finish /],
    ],
  ],
});

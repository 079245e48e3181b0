import { parseSingleton } from "./singleton.ts";
import { testOption } from "./testing/option-table.ts";

testOption("parseSingleton()", parseSingleton, {
  accepted: [
    [undefined, undefined],
    [{ mode: "skip" }, { mode: "skip" }],
    [
      { mode: "cancel", key: "event.data.user" },
      { mode: "cancel", key: "event.data.user" },
    ],
  ],
  refused: [
    ["skip", ["config_invalid", /^singleton must be an object, not "skip"$/]],
    [
      { key: "event.data.user" },
      ["config_invalid", /^singleton\.mode must be "skip" or "cancel", not nothing$/],
    ],
    [{ mode: "queue" }, ["config_invalid", /^singleton\.mode .*, not "queue"$/]],
    [{ mode: "skip", key: "1 +" }, ["config_invalid", /^singleton\.key: .*1:\d+/]],
  ],
});

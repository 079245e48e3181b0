import { testOption } from "./testing/option-table.ts";
import { parseTriggers } from "./triggers.ts";

testOption<unknown>("parseTriggers()", parseTriggers, {
  accepted: [
    [[], []],
    [[{ event: "order/placed" }], [{ event: "order/placed" }]],
    [
      [{ event: "order/*", expression: "event.data.paid == true" }],
      [{ event: "order/*", expression: "event.data.paid == true" }],
    ],
    [
      [{ event: "a", expression: "event.data.x" }, { event: "a" }],
      [{ event: "a", expression: "event.data.x" }, { event: "a" }],
    ],
    [[{ event: "a", cron: null, expression: "" }], [{ event: "a" }]],
    [
      [
        { cron: "TZ=Europe/Berlin 0 9 * * MON-FRI", jitter: "30s" },
        { event: "", cron: "* * * * *" },
      ],
      [{ cron: "TZ=Europe/Berlin 0 9 * * MON-FRI", jitterMs: 30_000 }, { cron: "* * * * *" }],
    ],
    [[{ event: "x".repeat(255) }], [{ event: "x".repeat(255) }]],
    [
      Array.from({ length: 10 }, (_, at) => ({ event: `e${at}` })),
      Array.from({ length: 10 }, (_, at) => ({ event: `e${at}` })),
    ],
  ],
  refused: [
    [undefined, ["config_invalid", /^triggers must be a list, not nothing$/]],
    [{ event: "a" }, ["config_invalid", /^triggers must be a list, not an object$/]],
    [
      Array.from({ length: 11 }, (_, at) => ({ event: `e${at}` })),
      ["config_invalid", /^triggers has 11 entries; at most 10 /],
    ],
    [["order/placed"], ["config_invalid", /^triggers\[0\] must be an object, not "order\/placed"$/]],
    [[{}], ["event_name_invalid", /^triggers\[0\]\.event must be 1 to 255 characters of text, not nothing$/]],
    [[{ event: 7 }], ["event_name_invalid", /^triggers\[0\]\.event .*, not 7$/]],
    [[{ event: "x".repeat(256) }], ["event_name_invalid", /^triggers\[0\]\.event .*…"$/]],
    [
      [{ event: "a" }, { event: "b" }, { event: "a", expression: null }],
      ["config_invalid", /^triggers\[2\] is the same trigger as triggers\[0\]$/],
    ],
    [
      [{ cron: "0 * * * *" }, { cron: "0 * * * *", jitter: "5s" }],
      ["config_invalid", /^triggers\[1\] is the same trigger as triggers\[0\]$/],
    ],
    [
      [{ event: "a", cron: "0 * * * *" }],
      ["config_invalid", /^triggers\[0\] must have an event or a cron expression, not both$/],
    ],
    [
      [{ event: "a", expression: "event.data.x ==" }],
      ["config_invalid", /^triggers\[0\]\.expression: .*1:\d+/],
    ],
    [[{ cron: 5 }], ["schedule_invalid", /^triggers\[0\]\.cron must be text, not 5$/]],
    [[{ cron: "@daily" }], ["schedule_invalid", /^triggers\[0\]\.cron: .*@daily/]],
    [[{ cron: "TZ=Moon/Crater 0 * * * *" }], ["schedule_invalid", /^triggers\[0\]\.cron: .*Moon\/Crater/]],
    [
      [{ cron: `${" ".repeat(250)}0 * * * *` }],
      ["schedule_invalid", /^triggers\[0\]\.cron: .*255 characters/],
    ],
    [
      [{ cron: "0 * * * *", jitter: "999ms" }],
      ["schedule_invalid", /^triggers\[0\]\.jitter .* from 1s to 5m, /],
    ],
    [[{ cron: "0 * * * *", jitter: "5m1s" }], ["schedule_invalid", /^triggers\[0\]\.jitter /]],
  ],
});

import { parseCancel } from "./cancel.ts";
import { testOption } from "./testing/option-table.ts";

const MATCH = "event.data.id == async.data.id";

testOption("parseCancel()", parseCancel, {
  accepted: [
    [undefined, undefined],
    [[], undefined],
    [[{ event: "order/cancelled" }], [{ event: "order/cancelled" }]],
    [
      [
        { event: "order/cancelled", if: MATCH, timeout: "1h" },
        { event: "user/gone", if: "", timeout: null },
      ],
      [{ event: "order/cancelled", if: MATCH, timeoutMs: 3_600_000 }, { event: "user/gone" }],
    ],
    [
      [{ event: "a", if: "int(async.data.n) in [1, 2] && !(event.data.x == 1)" }],
      [{ event: "a", if: "int(async.data.n) in [1, 2] && !(event.data.x == 1)" }],
    ],
    [Array.from({ length: 5 }, () => ({ event: "a" })), Array.from({ length: 5 }, () => ({ event: "a" }))],
  ],
  refused: [
    [{ event: "order/cancelled" }, ["config_invalid", /^cancel must be a list, not an object$/]],
    [
      Array.from({ length: 6 }, () => ({ event: "a" })),
      ["config_invalid", /^cancel has 6 entries; at most 5 are allowed$/],
    ],
    [["order/cancelled"], ["config_invalid", /^cancel\[0\] must be an object, not "order\/cancelled"$/]],
    [
      [{ event: "a" }, null],
      ["event_name_invalid", /^cancel\[1\] must name an event$/],
    ],
    [
      [{ if: MATCH }],
      ["event_name_invalid", /^cancel\[0\]\.event must be 1 to 512 characters of text, not nothing$/],
    ],
    [[{ event: "x".repeat(513) }], ["event_name_invalid", /^cancel\[0\]\.event /]],
    [
      [{ event: "a", timeout: "2026-01-01T00:00:00Z" }],
      ["config_invalid", /^cancel\[0\]\.timeout must be a duration/],
    ],
    [[{ event: "a", if: "async.data.id ==" }], ["config_invalid", /^cancel\[0\]\.if: .*1:\d+/]],
    // The restricted grammar of wire-protocol 12.5.
    [[{ event: "a", if: "async.data.list.exists(x, x == 1)" }], ["config_invalid", /^cancel\[0\]\.if: /]],
    [[{ event: "a", if: "size(async.data.list) == 1" }], ["config_invalid", /^cancel\[0\]\.if: /]],
  ],
});

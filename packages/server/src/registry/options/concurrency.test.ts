import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeDigest as digest } from "#kernel";
import type { ConcurrencyConfig } from "../function-config.ts";
import { parseConcurrency } from "./concurrency.ts";
import { testOption } from "./testing/option-table.ts";

function parse(raw: unknown): readonly ConcurrencyConfig[] {
  return parseConcurrency(raw, (_code, reason) => assert.fail(reason), digest) ?? [];
}

testOption<unknown>(
  "parseConcurrency()",
  (raw, report) => parseConcurrency(raw, report, digest)?.map(({ rule: _rule, ...each }) => each),
  {
    accepted: [
      [undefined, undefined],
      [null, undefined],
      [[], undefined],
      [{}, undefined],
      // The SDKs document 0, and a limit left out, as no limit.
      [0, undefined],
      [[{ key: "event.data.user" }], undefined],
      [{ fn: [], step: null }, undefined],
      [5, [{ level: "step", scope: "fn", limit: 5 }]],
      [1000, [{ level: "step", scope: "fn", limit: 1000 }]],
      [{ limit: 5 }, [{ level: "step", scope: "fn", limit: 5 }]],
      [
        [
          { limit: 5, key: "event.data.user" },
          { limit: 50, scope: "account", key: "'mail'" },
        ],
        [
          { level: "step", scope: "fn", limit: 5, key: "event.data.user" },
          { level: "step", scope: "account", limit: 50, key: "'mail'" },
        ],
      ],
      [
        { fn: [{ limit: 1, scope: "env", key: "event.data.user" }], step: [{ limit: 3 }] },
        [
          { level: "step", scope: "fn", limit: 3 },
          { level: "run", scope: "env", limit: 1, key: "event.data.user" },
        ],
      ],
      [
        { fn: 2, step: { limit: 3 } },
        [
          { level: "step", scope: "fn", limit: 3 },
          { level: "run", scope: "fn", limit: 2 },
        ],
      ],
    ],
    refused: [
      ["5", ["config_invalid", /^concurrency must be a number or an object, not "5"$/]],
      [-1, ["concurrency_limit_invalid", /^concurrency\.limit must be a whole number of 0 or more, not -1$/]],
      [1.5, ["concurrency_limit_invalid", /^concurrency\.limit /]],
      [{ limit: "5" }, ["concurrency_limit_invalid", /^concurrency\.limit .*, not "5"$/]],
      [
        [{ limit: 1 }, { limit: 2 }, { limit: 3 }],
        ["config_invalid", /^concurrency has 3 entries; at most 2 /],
      ],
      [
        { fn: [{ limit: 1 }, { limit: 2 }] },
        ["config_invalid", /^concurrency\.fn has 2 entries; at most 1 /],
      ],
      [
        { fn: 1, step: [{ limit: 1 }, { limit: 2 }] },
        ["config_invalid", /^concurrency has 3 rules; at most 2 /],
      ],
      [
        { limit: 1, scope: "env" },
        ["config_invalid", /^concurrency\.key must be given, since its scope is "env"$/],
      ],
      [
        [{ limit: 1, scope: "account" }],
        ["config_invalid", /^concurrency\[0\]\.key must be given, .*"account"$/],
      ],
      [
        { limit: 1, scope: "app" },
        ["config_invalid", /^concurrency\.scope must be "fn" or "env" or "account", not "app"$/],
      ],
      [
        { step: [{ limit: 1, key: "event.data." }] },
        ["config_invalid", /^concurrency\.step\[0\]\.key: .*1:\d+/],
      ],
      [[null], ["config_invalid", /^concurrency\[0\] must be a number or an object, not null$/]],
    ],
  },
);

test("parseConcurrency() names a rule by its level, scope and key, whatever its limit", () => {
  const [small] = parse({ limit: 1, key: "event.data.user" });
  const [great] = parse([{ limit: 9, scope: "fn", key: "event.data.user" }]);
  assert.equal(small?.rule, great?.rule);
  // Stored limits are found by it: another version must not name it otherwise.
  assert.equal(small?.rule, "e8c01f240d95b00c");
  const others = [
    ...parse(1),
    ...parse({ limit: 1, key: "event.data.team" }),
    ...parse({ limit: 1, key: "event.data.user", scope: "env" }),
    ...parse({ fn: [{ limit: 1, key: "event.data.user" }] }),
  ];
  assert.equal(new Set([small, ...others].map((each) => each?.rule)).size, 5);
});

test("parseConcurrency() tells rules apart that are equal but for their limit, by their order", () => {
  const [first, second] = parse([{ limit: 1 }, { limit: 2 }]);
  assert.notEqual(first?.rule, second?.rule);
  assert.deepEqual(
    parse([{ limit: 7 }, { limit: 8 }]).map(({ rule }) => rule),
    [first?.rule, second?.rule],
  );
});

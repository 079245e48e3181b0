import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAIN_START } from "./chain.ts";
import { csvHeader } from "./csv.ts";
import type { LogLine } from "./line.ts";
import { lineText } from "./line.ts";

const FACTS = { productVersion: "1.2.3", now: 0 };
const HEADER: LogLine = {
  kind: "header",
  header: {
    format: "holdfast-audit/1",
    log: "production",
    keys: [],
    first: 1,
    previous_hash: CHAIN_START,
    tree: [],
  },
};
const ENTRY: LogLine = {
  kind: "entry",
  log: "production",
  seq: 7,
  hash: CHAIN_START,
  entry: JSON.stringify({
    version: 1,
    id: "1",
    at: "2026-11-26T12:00:00.000Z",
    log: "production",
    action: "event_key.created",
    actor: { type: "operator", id: "op-1", key_id: null, name_commitment: null },
    context: { address: null, user_agent: null, request_id: null, via: "api" },
    targets: [],
    result: "success",
    reason: null,
    changes: {},
  }),
};
const CHECKPOINT: LogLine = { kind: "checkpoint", log: "production", checkpoint: "note" };
const TEST: LogLine = { kind: "test", sink: "s1", at: 0 };

test("lineText() writes each kind of line as JSON, by its members and not by its kind", () => {
  const members = (line: LogLine) => JSON.parse(lineText(line, "jsonl", FACTS) ?? "") as unknown;
  assert.deepEqual(members(HEADER), HEADER.header);
  const { kind: _, ...entry } = ENTRY;
  assert.deepEqual(members(ENTRY), entry);
  assert.deepEqual(members(CHECKPOINT), { log: "production", checkpoint: "note" });
  assert.deepEqual(members(TEST), {
    format: "holdfast-audit-test/1",
    sink: "s1",
    at: "1970-01-01T00:00:00.000Z",
  });
});

test("lineText() writes a table of entries alone under its header, and an OCSF event of every line", () => {
  assert.equal(lineText(HEADER, "csv", FACTS), csvHeader());
  assert.match(lineText(ENTRY, "csv", FACTS) ?? "", /^"7","2026-11-26T12:00:00\.000Z"/);
  assert.deepEqual([lineText(CHECKPOINT, "csv", FACTS), lineText(TEST, "csv", FACTS)], [null, null]);
  for (const line of [HEADER, ENTRY, CHECKPOINT, TEST])
    assert.match(lineText(line, "ocsf", FACTS) ?? "", /"class_uid":\d+/);
});

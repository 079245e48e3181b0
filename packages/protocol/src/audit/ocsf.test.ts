import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import type { Digest } from "../digest.ts";
import type { AuditAct } from "./act.ts";
import type { AuditAction } from "./actions.ts";
import { AUDIT_ACTIONS } from "./actions.ts";
import { auditEntry } from "./entry.ts";
import { readLogs } from "./export.ts";
import { lineText } from "./line.ts";
import { ocsfActivity, ocsfEvent } from "./ocsf.ts";

const digest: Digest = {
  sha256Hex: (data) => hash("sha256", data, "hex"),
  hmacSha256Hex: () => "",
  equal: (left, right) => left === right,
};
const FACTS = { productVersion: "1.2.3", now: 5 };

function aLine(fields: Partial<AuditAct> = {}) {
  const act: AuditAct = {
    action: "event_key.created",
    authority: {
      actor: { type: "operator", id: "op-1", name: "Ana", keyId: "op-1" },
      context: { address: "203.0.113.7", userAgent: "test", requestId: "req-1", via: "api" },
    },
    targets: [{ type: "event_key", id: "k1", name: "Web shop" }],
    result: "success",
    reason: null,
    changes: { name: { from: null, to: "x" } },
    ...fields,
  };
  const { openings, text } = auditEntry(
    act,
    { id: "01J", at: Date.parse("2026-11-26T12:00:00Z"), log: "production", salt: () => "5a" },
    digest,
  );
  return { kind: "entry", log: "production", seq: 7, hash: "ab", entry: text, openings } as const;
}

test("every action of the log has a class and an activity of OCSF", () => {
  const actions = Object.keys(AUDIT_ACTIONS) as AuditAction[];
  assert.deepEqual(
    actions.filter((action) => ocsfActivity(action) === null),
    [],
  );
  for (const action of actions) {
    const event = ocsfEvent(aLine({ action }), FACTS);
    const { activity_id: activity, category_uid: category, class_uid: kind, type_uid: type } = event;
    assert.ok([3002, 3004, 6003].includes(Number(kind)), action);
    assert.equal(category, Math.floor(Number(kind) / 1000), action);
    assert.equal(type, Number(kind) * 100 + Number(activity), action);
    assert.ok([1, 2, 3, 4, 99].includes(Number(activity)), action);
  }
});

test("ocsfEvent() says who did what, from where, when, and keeps the entry as it was hashed", () => {
  const line = aLine();
  const event = ocsfEvent(line, FACTS);
  assert.deepEqual(
    [event["class_uid"], event["activity_name"], event["status"], event["severity"], event["time"]],
    [3004, "Create", "Success", "Informational", Date.parse("2026-11-26T12:00:00Z")],
  );
  assert.deepEqual(event["actor"], {
    user: { type_id: 2, type: "Admin", uid: "op-1", name: "Ana", credential_uid: "op-1" },
  });
  assert.deepEqual(event["src_endpoint"], { ip: "203.0.113.7" });
  assert.deepEqual(event["entity"], {
    type: "event_key",
    uid: "k1",
    name: "Web shop",
    data: { name: { from: null, to: "x" } },
  });
  assert.deepEqual(event["metadata"], {
    version: "1.9.0",
    product: { name: "Holdfast", vendor_name: "Holdfast", version: "1.2.3" },
    uid: "01J",
    event_code: "event_key.created",
    log_name: "production",
    sequence: 7,
    original_time: "2026-11-26T12:00:00.000Z",
  });
  assert.equal(event["raw_data"], line.entry);
});

test("ocsfEvent() of a refusal is a failure, and of a leak high, without a name whose opening was erased", () => {
  const denied = ocsfEvent(aLine({ action: "access.denied", result: "denied", reason: "unknown" }), FACTS);
  assert.deepEqual(
    [denied["class_name"], denied["status"], denied["status_detail"], denied["severity"]],
    ["Authentication", "Failure", "unknown", "Medium"],
  );
  assert.equal(ocsfEvent(aLine({ action: "operator_token.leaked" }), FACTS)["severity"], "High");
  const { openings: _erased, ...rest } = aLine();
  assert.ok(!JSON.stringify(ocsfEvent(rest, FACTS)).includes("Ana"));
});

test("readLogs() reads from OCSF events what JSON lines say", () => {
  const header = {
    format: "holdfast-audit/1",
    log: "production",
    keys: [],
    first: 7,
    previous_hash: "cd",
    tree: [],
  } as const;
  const lines = [
    { kind: "header", header },
    aLine(),
    { kind: "checkpoint", log: "production", checkpoint: "note" },
  ] as const;
  const [events, plain] = (["ocsf", "jsonl"] as const).map((format) =>
    readLogs(lines.map((line) => lineText(line, format, FACTS)).join("\n")),
  );
  const essence = (logs: typeof events) =>
    logs?.map(({ checkpoints, entries, header: begin }) => [
      begin,
      checkpoints,
      entries.map(({ entry, hash: itsHash, openings, seq }) => [seq, itsHash, entry, openings]),
    ]);
  assert.deepEqual(essence(events), essence(plain));
});

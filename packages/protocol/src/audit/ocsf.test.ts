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

test("what nobody gave an activity has none", () => {
  for (const action of ["thing.pondered", "thing.toString", "thing"])
    assert.equal(ocsfActivity(action), null);
});

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

test("ocsfEvent() has what its class asks for, and what nobody said is not there", () => {
  const bare = {
    actor: { type: "anonymous", id: "anonymous", name: null, keyId: null },
    context: { address: null, userAgent: null, requestId: null, via: "clock" },
  } as const;
  const refused = ocsfEvent(aLine({ action: "access.denied", authority: bare, result: "denied" }), FACTS);
  assert.deepEqual(
    [
      refused["actor"],
      refused["user"],
      refused["src_endpoint"],
      refused["http_request"],
      refused["is_remote"],
    ],
    [
      { user: { type_id: 0, type: "Unknown", uid: "anonymous" } },
      { type_id: 0, type: "Unknown", uid: "anonymous" },
      { svc_name: "holdfast" },
      {},
      true,
    ],
  );
  assert.ok(!("status_detail" in refused) && !("entity" in refused));
  const two = [
    { type: "run", id: "r1", name: null },
    { type: "run", id: "r2", name: null },
  ];
  const call = ocsfEvent(aLine({ action: "run.cancelled", targets: two, reason: "by hand" }), FACTS);
  const shown = two.map(({ id, type }) => ({ type, uid: id }));
  assert.deepEqual(call["api"], {
    operation: "run.cancelled",
    request: { uid: "req-1" },
    service: { name: "holdfast" },
  });
  assert.deepEqual([call["resources"], (call["unmapped"] as { targets: unknown }).targets], [shown, shown]);
  assert.deepEqual(
    [call["http_request"], call["status_detail"]],
    [{ uid: "req-1", user_agent: "test" }, "by hand"],
  );
  const changed = ocsfEvent(aLine({ action: "event_key.revoked", reason: "leaked" }), FACTS);
  assert.equal((changed["entity"] as { uid: string }).uid, "k1");
  assert.deepEqual([changed["comment"], changed["status_id"], refused["status_id"]], ["leaked", 1, 2]);
  assert.ok(!("comment" in ocsfEvent(aLine(), FACTS)));
  assert.ok(!("targets" in (changed["unmapped"] as object)));
});

test("ocsfEvent() keeps what opens names with the entry, as long as it is kept", () => {
  const line = aLine();
  assert.deepEqual((ocsfEvent(line, FACTS)["unmapped"] as { openings: unknown }).openings, line.openings);
  const { openings: _erased, ...rest } = line;
  assert.ok(!("openings" in (ocsfEvent(rest, FACTS)["unmapped"] as object)));
  const types = (["user", "operator", "system", "service", "app"] as const).map((type) => {
    const authority = {
      actor: { type, id: "x", name: null, keyId: null },
      context: { address: null, userAgent: null, requestId: null, via: "api" },
    } as const;
    return (ocsfEvent(aLine({ authority }), FACTS)["actor"] as { user: { type_id: number } }).user.type_id;
  });
  assert.deepEqual(types.slice(0, 3), [1, 2, 3]);
  assert.equal(types[3], types[4]);
});

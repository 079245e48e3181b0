import assert from "node:assert/strict";
import { test } from "node:test";
import { csvField, csvHeader, csvLine } from "./csv.ts";

test("A-146 csvField() takes every beginning of a formula its power, and quotes whatever it is", () => {
  for (const formula of [
    "=HYPERLINK(1)",
    "+cmd",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\uff1d1",
  ])
    assert.equal(csvField(formula), `"'${formula}"`, JSON.stringify(formula));
  for (const plain of ["", "shop", "a=1", "a-b", "{}"]) assert.equal(csvField(plain), `"${plain}"`);
  assert.equal(csvField('=a","=b'), '"\'=a"",""=b"', "nor does it end the field");
});

test("A-146 csvLine() has as many fields as the header, whatever a stranger called himself", () => {
  const salt = "0".repeat(32);
  const entry = {
    id: "1",
    at: "2026-11-26T12:00:00.000Z",
    log: "production",
    action: "access.denied",
    actor: { type: "operator", id: "op-1", key_id: null, name_commitment: "c" },
    context: {
      address: "203.0.113.7",
      user_agent: '=cmd|" /C calc"!A1,x\r\n+y',
      request_id: null,
      via: "api",
    },
    targets: [{ type: "api", id: "@x", name_commitment: null }],
    result: "denied",
    reason: null,
    changes: {},
  };
  const line = csvLine({
    kind: "entry",
    log: "production",
    seq: 7,
    hash: "ab",
    entry: JSON.stringify(entry),
    openings: { c: { salt, name: "-Ana" } },
  });
  const fields = [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, field]) => field);
  assert.equal(fields.length, csvHeader().split(",").length);
  assert.equal(fields[8], "'-Ana");
  assert.match(fields[11] ?? "", /^'=cmd/);
  assert.ok(fields.every((field) => !/^[=+\-@\t\r]/.test(field ?? "")));
});

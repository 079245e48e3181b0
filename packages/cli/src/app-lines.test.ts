import assert from "node:assert/strict";
import { test } from "node:test";
import { appLines } from "./app-lines.ts";
import type { AppChange } from "@holdfast/server";
import { createStyle } from "./style.ts";

const style = createStyle({ color: false, ascii: false });
const change = (fields: Partial<AppChange>): AppChange => ({
  kind: "found",
  url: "http://localhost:3000/api/inngest",
  appName: "shop",
  functionCount: 3,
  sdk: "js:v4.24.0",
  framework: "express",
  reason: null,
  ...fields,
});

test("appLines() says what became of an app", () => {
  assert.deepEqual(appLines(change({}), style), [
    "  ✓ found shop  http://localhost:3000/api/inngest  3 functions  express · js:v4.24.0",
  ]);
  assert.deepEqual(appLines(change({ sdk: null, framework: "", functionCount: 1 }), style), [
    "  ✓ found shop  http://localhost:3000/api/inngest  1 function",
  ]);
  assert.deepEqual(appLines(change({ kind: "changed" }), style), ["  ↻ shop changed: 3 functions"]);
  const reason = { code: "unauthorized", message: "Cannot sync: \u001b[2Jno." };
  assert.deepEqual(appLines(change({ kind: "refused", reason }), style), ["  ✕ Cannot sync:  [2Jno."]);
  assert.deepEqual(
    appLines(change({ kind: "unreachable", reason: { code: "unreachable", message: "Gone." } }), style),
    ["  ! Gone."],
  );
});

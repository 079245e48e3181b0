import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AUDIT_ACTIONS } from "./actions.ts";

test("docs/reference/audit.md lists every action of the log, and no other", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../../docs/reference/audit.md"), "utf8");
  const [, acts = ""] = page.split("## Acts");
  const listed = [...acts.matchAll(/^\| `([a-z_.]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(listed, Object.keys(AUDIT_ACTIONS));
});

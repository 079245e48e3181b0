import assert from "node:assert/strict";
import { it } from "node:test";
import { createLog } from "./log.ts";

it("createLog() writes one JSON line for each message, and never what goes by the name of a secret", () => {
  const lines: string[] = [];
  const log = createLog("info", { write: (line) => void lines.push(line) });
  log.debug({}, "not at this level");
  log.info(
    { run: "r1", key: "k", secret: "s", authorization: "a", nested: { key: "k", signature: "x" } },
    "told",
  );
  assert.equal(lines.length, 1);
  const entry = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  assert.match(String(entry["ts"]), /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(
    { ...entry, ts: "" },
    {
      level: "info",
      ts: "",
      run: "r1",
      key: "[redacted]",
      secret: "[redacted]",
      authorization: "[redacted]",
      nested: { key: "[redacted]", signature: "[redacted]" },
      msg: "told",
    },
  );
});

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

it("createLog() formats nothing: what looks like a placeholder is text, in facts, in names and in a sentence", () => {
  const lines: string[] = [];
  const log = createLog("info", { write: (line) => void lines.push(line) });
  const text = "%s %d %i %f %j %o %O %c %% ${jndi:x} {0} {{x}} %n";
  log.warn({ app: text, [text]: 1, list: [text], err: new Error(text) }, text);
  const [line = ""] = lines;
  const { err, ts, ...entry } = JSON.parse(line) as Record<string, unknown>;
  assert.deepEqual(entry, { level: "warn", app: text, [text]: 1, list: [text], msg: text });
  assert.equal((err as { message: string }).message, text);
  assert.match(String(ts), /^2/);
});

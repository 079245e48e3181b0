import assert from "node:assert/strict";
import { test } from "node:test";
import { readExport, readLogs } from "./export.ts";

const header = (log: string) =>
  JSON.stringify({ format: "holdfast-audit/1", log, keys: [], first: 1, previous_hash: "0", tree: [] });
const entry = (log: string, seq: number, text = `${log} ${seq}`) =>
  JSON.stringify({ log, seq, hash: "h", entry: text });
const textOf = (...lines: readonly string[]) => lines.join("\n");

test("readLogs() keeps the lines of several logs apart, and counts one that came twice once", () => {
  const [a, b, ...others] = readLogs(
    textOf(
      header("a"),
      entry("a", 1),
      header("b"),
      entry("b", 1),
      entry("a", 1),
      entry("a", 2),
      JSON.stringify({ log: "a", checkpoint: "n" }),
      JSON.stringify({ log: "a", checkpoint: "n" }),
      JSON.stringify({ format: "holdfast-audit-test/1", sink: "s" }),
    ),
  );
  assert.deepEqual(others, []);
  assert.deepEqual([a?.log, a?.entries.map(({ seq }) => seq), a?.checkpoints], ["a", [1, 2], ["n"]]);
  assert.deepEqual([b?.log, b?.entries.length, b?.header?.log], ["b", 1, "b"]);
});

test("readLogs() keeps two entries of one place that differ, for the verifier to find", () => {
  const [log] = readLogs(textOf(header("a"), entry("a", 1), entry("a", 1, "other")));
  assert.equal(log?.entries.length, 2);
});

test("readLogs() passes over a line that broke off, once it was sent again in whole, and over no other", () => {
  const whole = entry("a", 1);
  const broken = whole.slice(0, 20);
  assert.equal(readLogs(textOf(header("a"), broken, whole))[0]?.entries.length, 1);
  assert.throws(() => readLogs(textOf(header("a"), broken, entry("b", 1))), /Line 2 is not a JSON object/);
});

test("readLogs() names a line that is no object, and one that is no line of a log", () => {
  for (const line of ["null", "[]", "5", '"text"', "{", "nonsense"])
    assert.throws(() => readLogs(line), /Line 1 is not a JSON object/, line);
  assert.throws(() => readLogs('{"format":"holdfast-audit/1"}'), /Line 1 is not the header/);
  assert.throws(() => readLogs('{"log":"production"}'), /Line 1 is neither an entry nor a checkpoint/);
  for (const line of ['{"log":"a","seq":1,"entry":"{}"}', '{"log":"a","seq":"1","entry":"{}","hash":""}'])
    assert.throws(() => readLogs(line), /Line 1 is neither/, line);
});

test("readExport() refuses several logs, and one whose beginning is elsewhere", () => {
  assert.throws(() => readExport(textOf(header("a"), header("b"))), /several logs/);
  assert.throws(() => readExport(entry("a", 1)), /no header of the log of a/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExportHeader } from "@holdfast/protocol";
import type { LogState } from "./next-batch.ts";
import { nextBatch } from "./next-batch.ts";

const header: ExportHeader = {
  format: "holdfast-audit/1",
  log: "production",
  keys: [],
  first: 1,
  previous_hash: "h0",
  tree: [],
};

const rowAt = (seq: number, text = `entry ${seq}`) => ({
  seq,
  at: seq,
  text,
  openings: '{"c":{"salt":"s","name":"Ana"}}',
  previousHash: `h${seq - 1}`,
  hash: `h${seq}`,
});
const rows = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_each, index) => rowAt(from + index));
const checkpointAt = (size: number) => ({ size, at: size, note: `note ${size}` });

/** A log of ten entries, of which a sink has four, and the checkpoint at three. */
const stateOf = (fields: Partial<LogState> = {}): LogState => ({
  name: "production",
  head: { size: 10, hash: "h10", first: 1 },
  place: { seq: 4, hash: "h4", checkpoint: 3 },
  header: null,
  rows: rows(5, 10),
  checkpoints: [],
  ...fields,
});

/** The lines in short, or what was decided instead. */
function shown(state: LogState): string {
  const next = nextBatch(state);
  if (next.kind !== "lines") return next.kind === "rewritten" ? next.words : next.kind;
  return next.lines
    .map((line) =>
      line.kind === "entry" ? line.seq : line.kind === "checkpoint" ? line.checkpoint : line.kind,
    )
    .join(", ");
}

test("nextBatch() sends entries in order, and each checkpoint behind the entries that it covers", () => {
  const checkpoints = [checkpointAt(4), checkpointAt(7), checkpointAt(10)];
  assert.equal(shown(stateOf({ checkpoints })), "note 4, 5, 6, 7, note 7, 8, 9, 10, note 10");
  const next = nextBatch(stateOf({ checkpoints }));
  assert.deepEqual(next.kind === "lines" && next.place, { seq: 10, hash: "h10", checkpoint: 10 });
});

test("nextBatch() sends a checkpoint that was signed after the last entry, and nothing when there is nothing", () => {
  const done = { place: { seq: 10, hash: "h10", checkpoint: 3 }, rows: [] };
  assert.equal(shown(stateOf({ ...done, checkpoints: [checkpointAt(10)] })), "note 10");
  assert.equal(shown(stateOf(done)), "nothing");
});

test("nextBatch() holds back a checkpoint that covers more than was sent", () => {
  assert.equal(shown(stateOf({ rows: rows(5, 6), checkpoints: [checkpointAt(9)] })), "5, 6");
});

test("nextBatch() begins with the header, wherever retention has put the beginning", () => {
  const place = { place: null, rows: rows(8, 10), head: { size: 10, hash: "h10", first: 8 } };
  const begun = { ...header, first: 8, previous_hash: "h7" };
  assert.equal(
    shown(stateOf({ ...place, header: begun, checkpoints: [checkpointAt(9)] })),
    "header, 8, 9, note 9, 10",
  );
});

test("nextBatch() begins anew where retention went past a sink", () => {
  assert.equal(shown(stateOf({ head: { size: 10, hash: "h10", first: 6 }, rows: rows(6, 10) })), "begin");
});

test("nextBatch() keeps names here", () => {
  assert.doesNotMatch(JSON.stringify(nextBatch(stateOf())), /Ana/);
});

test("nextBatch() keeps a batch small, and lets one large entry pass", () => {
  const large = Array.from({ length: 3 }, (_each, index) => rowAt(5 + index, "x".repeat(400_000)));
  assert.equal(shown(stateOf({ rows: large })), "5");
  assert.equal(shown(stateOf({ rows: [rowAt(5, "x".repeat(2_000_000)), rowAt(6)] })), "5");
  assert.equal(shown(stateOf({ rows: rows(5, 2000) })).split(", ").length, 500);
});

test("A-141 A-142 nextBatch() sends nothing of a log that is not the one it sent before", () => {
  const cut = stateOf({ head: { size: 3, hash: "h3", first: 1 }, rows: [] });
  assert.match(
    shown(cut),
    /production is not the one that was sent: it ends with entry 3, and entry 4 went out/,
  );
  const anew = stateOf({ head: { size: 4, hash: "other", first: 1 }, rows: [] });
  assert.match(shown(anew), /entry 4 is another one/);
  const grown = stateOf({ rows: [{ ...rowAt(5), previousHash: "other" }] });
  assert.match(shown(grown), /entry 4 is another one/);
  assert.match(shown(stateOf({ rows: rows(6, 10) })), /entry 5 is missing/);
});

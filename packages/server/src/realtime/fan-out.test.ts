import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventId, FunctionId, RunId } from "@holdfast/protocol";
import { silentLog } from "#kernel";
import type { Update } from "./contract.ts";
import { createRealtime } from "./fan-out.ts";

const run = (id: string): RunId => id as RunId;
const eventId = "e" as EventId;
const functionId = "f" as FunctionId;
const queued = (id: string): Update => ({ kind: "run.queued", runId: run(id), functionId, eventId, at: 1 });
const accepted = (...ids: string[]): Update => ({
  kind: "event.accepted",
  eventId,
  name: "a",
  at: 1,
  runIds: ids.map(run),
});
const ended = (id: string): Update => ({
  kind: "journal",
  runId: run(id),
  functionId,
  eventId,
  entry: {
    seq: 1,
    kind: "run.ended",
    at: 1,
    stepId: null,
    name: null,
    op: null,
    attempt: 0,
    queuedAt: null,
    startedAt: null,
    data: null,
  },
});

describe("Realtime", () => {
  it("tells each follower what its filter lets through, in order, and nothing after it left", () => {
    const realtime = createRealtime({ log: silentLog });
    const all: Update[] = [];
    const ends: Update[] = [];
    const ofB: Update[] = [];
    const leave = realtime.follow({}, (updates) => all.push(...updates));
    realtime.follow({ kinds: new Set(["run.ended"]) }, (updates) => ends.push(...updates));
    realtime.follow({ runId: run("b") }, (updates) => ofB.push(...updates));
    const batch = [accepted("a", "b"), queued("a"), ended("b")];
    realtime.publish(batch);
    leave();
    realtime.publish([queued("a")]);
    assert.deepEqual(all, batch);
    assert.deepEqual(ends, [ended("b")]);
    assert.deepEqual(ofB, [accepted("a", "b"), ended("b")]);
  });

  it("says whether anybody follows", () => {
    const realtime = createRealtime({ log: silentLog });
    assert.equal(realtime.followed, false);
    const leave = realtime.follow({}, () => undefined);
    assert.equal(realtime.followed, true);
    leave();
    assert.equal(realtime.followed, false);
  });

  it("drops a follower that fails, and tells the others all the same", () => {
    const realtime = createRealtime({ log: silentLog });
    let told = 0;
    realtime.follow({}, () => {
      throw new Error("broken");
    });
    realtime.follow({}, () => (told += 1));
    realtime.publish([queued("a")]);
    realtime.publish([queued("a")]);
    assert.equal(told, 2);
  });
});

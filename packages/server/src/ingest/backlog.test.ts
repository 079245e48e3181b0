import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "#kernel";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { Backlog } from "./backlog.ts";
import { idsOf, openHouse } from "./testing/house.ts";

function backlog(max: number) {
  const clock = manualClock(0);
  const lines: string[] = [];
  const asked: number[] = [];
  const queue = {
    size: 0,
    backlog(most: number) {
      asked.push(most);
      return Promise.resolve(queue.size);
    },
  };
  const say = (_facts: object, line: string): void => void lines.push(line);
  return {
    asked,
    clock,
    lines,
    queue,
    backlog: new Backlog({ queue, clock, log: { ...silentLog, warn: say, info: say }, max }),
  };
}

describe("Backlog", () => {
  it("is full at its bound, counts what is taken between two looks, and has room when a look finds it", async () => {
    const { asked, backlog: it, clock, lines, queue } = backlog(10);
    queue.size = 9;
    assert.equal(await it.isFull(), false);
    it.note(1);
    queue.size = 3;
    assert.equal(await it.isFull(), true, "what ended counts at the next look");
    await clock.advance(999);
    assert.equal(await it.isFull(), true);
    await clock.advance(1);
    assert.equal(await it.isFull(), false);
    assert.deepEqual([asked, lines], [[10, 10], []]);
    queue.size = 10;
    await clock.advance(1000);
    assert.equal(await it.isFull(), true);
    await clock.advance(1000);
    assert.equal(await it.isFull(), true);
    queue.size = 0;
    await clock.advance(1000);
    assert.equal(await it.isFull(), false);
    await clock.advance(1000);
    assert.equal(await it.isFull(), false);
    assert.deepEqual(lines, [
      "as much work waits as may: no new events are taken",
      "new events are taken again",
    ]);
  });

  it("looks once for all who ask at the same time, again after a look that failed, and never without a bound", async () => {
    const { asked, backlog: it, queue } = backlog(1);
    const answer = queue.backlog;
    queue.backlog = (most) => answer(most).then(() => Promise.reject(new Error("closed")));
    const [one, two] = await Promise.allSettled([it.isFull(), it.isFull()]);
    assert.deepEqual([one.status, two.status, asked.length], ["rejected", "rejected", 1]);
    queue.backlog = answer;
    assert.equal(await it.isFull(), false);
    assert.equal(asked.length, 2);
    const endless = backlog(Infinity);
    endless.queue.size = 1e9;
    assert.deepEqual([await endless.backlog.isFull(), endless.asked], [false, []]);
  });
});

describe("Ingest past its backlog", () => {
  it("A-125 takes neither events nor invocations whole, and again when there is room; sleeping runs do not count", async () => {
    const { clock, definition, ingest, offered, queue } = await openHouse({ pay: {} }, { backlogMax: 2 });
    idsOf(await ingest.accept({ name: "order/placed", ts: clock.now() + 3_600_000 }, undefined));
    idsOf(await ingest.accept({ name: "order/placed" }, undefined));
    assert.deepEqual((await ingest.invoke({ definition: definition("pay"), data: {} })).kind, "started");
    const refused = await ingest.accept([{ name: "x" }, { name: "y" }], undefined);
    assert.ok(!refused.ok);
    assert.deepEqual([refused.code, refused.ids], ["backlog_full", []]);
    const invoked = await ingest.invoke({ definition: definition("pay"), data: {} });
    assert.ok(invoked.kind === "refused" && invoked.code === "backlog_full");
    assert.deepEqual(
      (await ingest.list({ limit: 10 })).map(({ name }) => name),
      ["order/placed", "order/placed"],
    );
    assert.equal(await queue.backlog(10), 2);
    offered.length = 0;
    await clock.advance(1000);
    idsOf(await ingest.accept({ name: "x" }, undefined));
  });
});

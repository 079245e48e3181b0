import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createVirtualTime } from "./virtual-time.ts";

const START = 1_900_000_000_000;
const time = () => createVirtualTime(START, { patienceMs: 20, hangingMs: 40 });
const never = (): Promise<never> => new Promise(() => undefined);

describe("createVirtualTime()", () => {
  it("lets happen what is due by an instant, each at its time and in order, and stops there", async () => {
    const virtual = time();
    const happened: string[] = [];
    const at = (ms: number, name: string) =>
      virtual.clock.after(ms, () => void happened.push(`${name} ${virtual.clock.now() - START}`));
    at(20, "c");
    at(10, "a");
    at(10, "b");
    at(31, "late");
    at(15, "cancelled").cancel();
    await virtual.advanceTo(START + 30);
    assert.deepEqual(happened, ["a 10", "b 10", "c 20"]);
    assert.equal(virtual.clock.now(), START + 30);
  });

  it("never goes back", async () => {
    const virtual = time();
    await virtual.advanceTo(START - 1000);
    assert.equal(virtual.clock.now(), START);
  });

  it("waits for work that is under way, and does not go on meanwhile", async () => {
    const virtual = time();
    const happened: string[] = [];
    virtual.clock.after(1000, () => void happened.push("timer"));
    void virtual.track(
      new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => void happened.push("work")),
    );
    assert.equal(await virtual.goOnUntil(() => happened.length === 2, START + 5000), "held");
    assert.deepEqual(happened, ["work", "timer"]);
  });

  it("lets happen what is due now while work is under way", async () => {
    const virtual = time();
    const work = virtual.track(new Promise<void>((resolve) => virtual.clock.after(0, resolve)));
    assert.equal(await virtual.settle(), "idle");
    await work;
    assert.equal(virtual.clock.now(), START);
  });

  it("goes on past work that hangs when it is told to, and by itself only to the app's own timers", async () => {
    const virtual = time();
    let isOver = false;
    void virtual.track(never());
    virtual.clock.after(1000, () => undefined);
    assert.equal(await virtual.goOnUntil(() => false, Infinity), "hanging");
    assert.equal(virtual.clock.now(), START);
    virtual.appClock.after(2000, () => (isOver = true));
    assert.equal(await virtual.goOnUntil(() => isOver, Infinity), "held");
    assert.equal(virtual.clock.now(), START + 2000);
    await virtual.advanceTo(START + 9000);
    assert.equal(virtual.clock.now(), START + 9000);
  });

  it("says when nothing is left, and when what comes next is too late", async () => {
    const virtual = time();
    assert.equal(await virtual.goOnUntil(() => false, Infinity), "nothing_left");
    virtual.clock.after(Infinity, () => assert.fail("happened"));
    assert.equal(await virtual.goOnUntil(() => false, Infinity), "nothing_left");
    virtual.clock.after(100, () => undefined);
    assert.equal(await virtual.goOnUntil(() => false, START + 99), "limit");
  });

  it("may be driven from two places at once", async () => {
    const virtual = time();
    const happened: number[] = [];
    for (const ms of [10, 20, 30]) virtual.clock.after(ms, () => void happened.push(ms));
    await Promise.all([
      virtual.advanceTo(START + 25),
      virtual.goOnUntil(() => happened.length === 3, START + 100),
    ]);
    assert.deepEqual(happened, [10, 20, 30]);
  });

  it("has a monotonic clock that moves with each reading, so that nothing is ever too soon", () => {
    const { clock } = time();
    assert.ok(clock.monotonic() < clock.monotonic());
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isUlid, ulidTime } from "@holdfast/protocol";
import { systemClock } from "./clock.ts";
import { createIds } from "./ids.ts";
import { systemRandom } from "./random.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("systemRandom.bytes()", () => {
  it("gives as many bytes as asked for, never the same, never nothing but zeros", () => {
    for (const count of [1, 10, 16, 256, 257, 5000]) assert.equal(systemRandom.bytes(count).length, count);
    const drawn = Array.from({ length: 2000 }, () => hex(systemRandom.bytes(10)));
    assert.equal(new Set(drawn).size, drawn.length);
    assert.ok(!drawn.includes("00".repeat(10)));
  });

  it("does not take back what it gave", () => {
    const taken = systemRandom.bytes(16);
    const before = hex(taken);
    for (let times = 0; times < 600; times += 1) systemRandom.bytes(16);
    assert.equal(hex(taken), before);
  });

  it("uses every value of a byte", () => {
    const seen = new Set(Array.from({ length: 40 }, () => [...systemRandom.bytes(256)]).flat());
    assert.equal(seen.size, 256);
  });
});

describe("createIds()", () => {
  it("makes ULIDs of the time they were made, all different within a millisecond", () => {
    const ids = createIds({ ...systemClock, now: () => 1_700_000_000_000 }, systemRandom);
    const made = Array.from({ length: 1000 }, () => [
      ids.run(1_700_000_000_000),
      ids.event(),
      ids.request(),
    ]).flat();
    assert.equal(new Set(made).size, 3000);
    for (const id of made) {
      assert.ok(isUlid(id));
      assert.equal(ulidTime(id), 1_700_000_000_000);
    }
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LOOK_GAP_MS, Looks } from "./looks.ts";

const NOW = 1_700_000_000_000;

describe("Looks", () => {
  it("delayMs() is 0 before the first look: there may be work of a process that ended", () => {
    assert.equal(new Looks(150).delayMs(NOW, 0), 0);
  });

  it("delayMs() waits for the earliest of what is expected, and at most for a tick", () => {
    const looks = new Looks(150);
    looks.begin(0);
    assert.equal(looks.delayMs(NOW, 50), 150);
    assert.equal(looks.expect(NOW + 100), true);
    assert.equal(looks.expect(NOW + 120), false);
    assert.equal(looks.delayMs(NOW, 50), 100);
    assert.equal(looks.expect(NOW + 30), true);
    assert.equal(looks.delayMs(NOW, 50), 30);
    assert.equal(looks.delayMs(NOW + 31, 81), 0);
  });

  it("delayMs() keeps looks apart, so that one of them sees what many acts made due", () => {
    const looks = new Looks(150);
    looks.begin(10);
    looks.expect(NOW);
    assert.equal(looks.delayMs(NOW, 10), LOOK_GAP_MS);
    assert.equal(looks.delayMs(NOW, 10 + LOOK_GAP_MS), 0);
  });

  it("begin() takes up what was expected, and nothing that is expected after it", () => {
    const looks = new Looks(150);
    looks.expect(NOW);
    looks.begin(0);
    assert.equal(looks.delayMs(NOW, 100), 150);
    looks.expect(NOW);
    assert.equal(looks.delayMs(NOW, 100), 0);
  });
});

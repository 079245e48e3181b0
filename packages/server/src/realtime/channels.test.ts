import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createChannels } from "./channels.ts";

const bytes = Buffer.from("x");

describe("Channels", () => {
  it("passes bytes on to the readers of their channel, until they leave", () => {
    const channels = createChannels();
    const heard: string[] = [];
    const leave = channels.subscribe("a", () => heard.push("first"));
    channels.subscribe("a", () => heard.push("second"));
    channels.subscribe("b", () => heard.push("other"));
    channels.publish("a", bytes);
    leave?.();
    leave?.();
    channels.publish("a", bytes);
    channels.publish("nobody", bytes);
    assert.deepEqual(heard, ["first", "second", "second"]);
  });

  it("has room for 100 readers of a channel, and again when one has left", () => {
    const channels = createChannels();
    const leaves = Array.from({ length: 100 }, () => channels.subscribe("a", () => undefined));
    assert.ok(leaves.every((leave) => leave !== null));
    assert.equal(
      channels.subscribe("a", () => undefined),
      null,
    );
    assert.notEqual(
      channels.subscribe("b", () => undefined),
      null,
    );
    leaves[0]?.();
    assert.notEqual(
      channels.subscribe("a", () => undefined),
      null,
    );
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Frame } from "./frames.ts";
import { frameText } from "./frames.ts";
import { readFrames } from "./read-frames.ts";

async function framesOf(pieces: readonly Uint8Array[]): Promise<readonly Frame[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const frames: Frame[] = [];
  for await (const frame of readFrames(body)) frames.push(frame);
  return frames;
}

describe("readFrames()", () => {
  it("reads what frameText() writes, however it is cut, with comments between", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), fc.nat({ max: 20 }), async (values, cut) => {
        // As JSON holds them, without a minus before nothing.
        const frames = values.map((data): Frame => ({
          event: "inngest.stream",
          data: { data: JSON.parse(JSON.stringify(data)) as unknown },
        }));
        const bytes = new TextEncoder().encode(`:\n\n${frames.map(frameText).join(":\n\n")}`);
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += cut + 1) pieces.push(bytes.slice(at, at + cut + 1));
        assert.deepEqual(await framesOf(pieces), frames);
      }),
    );
  });

  it("leaves out events of other kinds, and refuses what is no JSON", async () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    assert.deepEqual(
      await framesOf([bytes("event: other\ndata: x\n\ndata: 1\n\nevent: inngest.stream")]),
      [],
    );
    await assert.rejects(framesOf([bytes("event: inngest.stream\ndata: x\n\n")]));
    await assert.rejects(framesOf([bytes("event: inngest.stream\ndata: 1\n\n")]));
  });
});

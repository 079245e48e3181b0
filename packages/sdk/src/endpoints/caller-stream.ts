import { LIMITS } from "@holdfast/protocol";
import type { World } from "../platform/contract.ts";
import type { Frame, FrameSink } from "./frames.ts";
import { frameText } from "./frames.ts";

/** The body of an answer that is read along: a line of silence every few seconds, so that nobody takes it for the end. */
export interface CallerStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly write: FrameSink;
  close(): void;
}

/** A stream to a caller. What is written after he has gone is dropped; the work goes on. */
export function createCallerStream(world: World): CallerStream {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let timer = { cancel(): void {} };
  const send = (text: string): void => controller?.enqueue(encoder.encode(text));
  const end = (): void => {
    timer.cancel();
    controller = null;
  };
  const breathe = (): void => {
    timer = world.after(LIMITS.streamSilenceMs, () => {
      send(":\n\n");
      breathe();
    });
  };
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
      breathe();
    },
    cancel: end,
  });
  return {
    body,
    write: (frame: Frame) => send(frameText(frame)),
    close() {
      controller?.close();
      end();
    },
  };
}

import { canonicalJson, LIMITS } from "@holdfast/protocol";
import type { World } from "../platform/contract.ts";
import type { PlainAnswer } from "./answer.ts";

/**
 * The body of a streamed answer (wire-protocol 6.4): a space every few seconds, so that nobody on the way takes the
 * silence for the end, and then the real answer as one JSON document, its signature among its headers.
 *
 * `work` must not reject. It begins at once, and goes on when the reader is gone: what it reports on the side counts.
 */
export function streamed(world: World, work: () => Promise<PlainAnswer>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let isOpen = true;
  let timer = { cancel(): void {} };
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const breathe = (): void => {
        timer = world.after(LIMITS.streamSilenceMs, () => {
          if (!isOpen) return;
          controller.enqueue(encoder.encode(" "));
          breathe();
        });
      };
      breathe();
      // Not awaited here: a stream whose start is under way hands out nothing.
      void work().then(({ status, headers, body }) => {
        timer.cancel();
        if (!isOpen) return;
        controller.enqueue(encoder.encode(canonicalJson({ body, headers, status })));
        isOpen = false;
        controller.close();
      });
    },
    cancel() {
      isOpen = false;
      timer.cancel();
    },
  });
}

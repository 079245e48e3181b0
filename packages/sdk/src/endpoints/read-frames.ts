import type { Frame } from "./frames.ts";

/** The longest frame that is read: no answer of an endpoint is longer. */
const FRAME_CHARS_MAX = 16 * 1024 * 1024;

const EVENTS: ReadonlySet<string> = new Set<Frame["event"]>([
  "inngest.metadata",
  "inngest.stream",
  "inngest.commit",
  "inngest.rollback",
  "inngest.redirect_info",
  "inngest.response",
]);

/**
 * The frames of a stream of server-sent events, as they come. Comments, and events of other kinds, are left out.
 *
 * @throws Error for a frame that never ends, or is no JSON.
 */
export async function* readFrames(body: ReadableStream<Uint8Array>): AsyncGenerator<Frame> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      let end = text.indexOf("\n\n");
      for (; end !== -1; end = text.indexOf("\n\n")) {
        const frame = parseFrame(text.slice(0, end));
        text = text.slice(end + 2);
        if (frame !== null) yield frame;
      }
      if (text.length > FRAME_CHARS_MAX) throw new Error("A frame of the stream is too long.");
    }
  } finally {
    // Whoever stops early has no use for the rest, and neither for how its sender takes it.
    reader.cancel().catch(() => {});
  }
}

function parseFrame(block: string): Frame | null {
  const lines = block.split("\n");
  const field = (name: string): string =>
    lines.flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : [])).join("\n");
  const event = field("event");
  if (!EVENTS.has(event)) return null;
  const data: unknown = JSON.parse(field("data"));
  if (typeof data !== "object" || data === null) throw new Error("A frame of the stream is no object.");
  // One of the events above; what each holds is looked at by who reads it.
  return { event, data } as Frame;
}

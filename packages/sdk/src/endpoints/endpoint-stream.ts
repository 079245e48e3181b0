import type { Middleware } from "../middleware/contract.ts";
import { createAsyncContext } from "../platform/async-context.ts";
import type { EndpointStream, StreamSource } from "./contract.ts";
import type { FrameSink } from "./frames.ts";

/** The step whose function the code belongs to. One for all calls: what it holds follows the code it was given to. */
const steps = createAsyncContext<string>();

/** The stream of one call, and the hooks by which it knows where the handler is. */
export function createEndpointStream(
  sink: FrameSink | null,
  /** How many finished steps the handler is yet to come by. */
  memoCount: number,
): { readonly stream: EndpointStream; readonly hooks: Middleware } {
  let ahead = memoCount;
  const push = (data: unknown): void => {
    if (sink === null) return;
    const step = steps.current();
    if (step === undefined && ahead > 0) return;
    sink({
      event: "inngest.stream",
      data: { data: data ?? null, ...(step === undefined ? {} : { hashedStepId: step }) },
    });
  };
  return {
    stream: {
      push,
      async pipe(source) {
        let whole = "";
        for await (const text of textsOf(source)) {
          whole += text;
          push(text);
        }
        return whole;
      },
    },
    hooks: {
      id: "holdfast/endpoint-stream",
      async wrapStep(info, next) {
        if (!info.isMemoised) {
          ahead = 0;
          return next();
        }
        try {
          return await next();
        } finally {
          ahead -= 1;
        }
      },
      wrapStepHandler: (info, next) => steps.run(info.hashedId, next),
      onStepComplete({ hashedId }) {
        sink?.({ event: "inngest.commit", data: { hashedStepId: hashedId } });
      },
      onStepError({ hashedId }) {
        sink?.({ event: "inngest.rollback", data: { hashedStepId: hashedId } });
      },
    },
  };
}

/** The pieces of a source as text; a character that is cut in two by bytes is put together. */
async function* textsOf(source: StreamSource): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of piecesOf(source)) {
    const text = typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
    if (text !== "") yield text;
  }
  const rest = decoder.decode();
  if (rest !== "") yield rest;
}

/** Read by hand where it is a stream: not every platform can iterate over one. */
async function* piecesOf(source: StreamSource): AsyncGenerator<string | Uint8Array> {
  if (!(source instanceof ReadableStream)) {
    yield* source;
    return;
  }
  const reader: ReadableStreamDefaultReader<string | Uint8Array> = source.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops early has no use for the rest, and neither for how its sender takes it.
    reader.cancel().catch(() => {});
  }
}

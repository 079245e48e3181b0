import type { EventData, Middleware, PayloadPosition, PayloadStage, ReplyTo } from "holdfast";

/**
 * Middleware that hides every value and binds it to its place, as sealing does and without a secret: what stands at another
 * place, or in clear, is refused. It shows that the two ends of every value name the same place.
 */
export function hiding(): Middleware {
  return { id: "hiding", payloads: () => stage };
}

const stage: PayloadStage = {
  isSealing: true,
  seal,
  open,
  sealData: (data, at, replyTo) => ({ ...seal({ data, replyTo }, at) }),
  openData(data, at) {
    // Written by `sealData`.
    const { data: inner, replyTo } = open(data, at) as { data: EventData; replyTo?: ReplyTo };
    return { data: inner, ...(replyTo === undefined ? {} : { replyTo }) };
  },
  sealError: (error, at) => ({ name: "Error", message: "hidden", data: seal(error, at) }),
  // Without data it is the server's own; what has data was written by `sealError`.
  openError: (error, at) => (error.data === undefined ? error : (open(error.data, at) as typeof error)),
  sealName: () => "hidden",
};

function seal(value: unknown, at: PayloadPosition): { readonly hidden: string; readonly at: string } {
  return { hidden: Buffer.from(JSON.stringify(value ?? null)).toString("base64"), at: placeOf(at) };
}

function open(value: unknown, at: PayloadPosition): unknown {
  const { hidden, at: place }: { hidden?: string; at?: string } =
    typeof value === "object" && value !== null ? value : {};
  if (hidden === undefined || place !== placeOf(at)) {
    throw Object.assign(new Error(`A value of ${place ?? "nowhere"} stands at ${placeOf(at)}.`), {
      noRetry: true,
    });
  }
  return JSON.parse(Buffer.from(hidden, "base64").toString());
}

/**
 * A place as text. Events and signals are known by their names, since any app may read them; the outcome of a run that was
 * invoked by the step that asked, which does not know the run.
 */
function placeOf(at: PayloadPosition): string {
  const { kind, name, runId, ...others } = at;
  if (kind === "event" || kind === "signal") return `${kind} ${name}`;
  const isReply = kind.startsWith("function-") && at.replyTo !== undefined;
  const known = { kind, name, ...others, ...(isReply ? {} : { runId }) };
  return JSON.stringify(Object.entries(known).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

import type { WireError } from "@holdfast/protocol";
import type { EventData, PayloadPosition, PayloadStage, ReplyTo } from "../../payloads/contract.ts";

/** What this stage refuses: a value that it did not write, or that stands at another place. */
export class MisplacedError extends Error {
  override readonly name = "MisplacedError";
  readonly noRetry = true;
}

interface Sealed {
  readonly sealed: string;
  readonly at: string;
}

/**
 * A stage for tests that hides every value and binds it to its place: what is opened anywhere else is refused. It keeps no
 * secret; what it writes is base64.
 */
export function boundStage(seen: PayloadPosition[] = []): PayloadStage {
  const seal = (value: unknown, at: PayloadPosition): Sealed => {
    seen.push(at);
    return { sealed: Buffer.from(JSON.stringify(value ?? null)).toString("base64"), at: placeOf(at) };
  };
  const open = (value: unknown, at: PayloadPosition): unknown => {
    const { sealed, at: place }: Partial<Sealed> = typeof value === "object" && value !== null ? value : {};
    if (sealed === undefined) throw new MisplacedError(`a plain value at ${placeOf(at)}`);
    if (place !== placeOf(at)) throw new MisplacedError(`a value of ${place} at ${placeOf(at)}`);
    return JSON.parse(Buffer.from(sealed, "base64").toString());
  };
  return {
    isSealing: true,
    seal,
    open,
    sealData: (data, at, replyTo) => ({ ...seal({ data, replyTo }, at) }),
    openData(data, at) {
      // Written by `sealData`.
      const { data: inner, replyTo } = open(data, at) as { data: EventData; replyTo?: ReplyTo };
      return { data: inner, ...(replyTo === undefined ? {} : { replyTo }) };
    },
    sealError: (error, at) => ({ name: "Error", message: "sealed", data: seal(error, at) }),
    // Written by `sealError`, or the server's own.
    openError: (error, at) => (error.data === undefined ? error : (open(error.data, at) as WireError)),
    sealName: () => "sealed name",
  };
}

/** A place as text; an event is known by its name alone, since its reader may be any app. */
function placeOf(at: PayloadPosition): string {
  const { kind, name } = at;
  if (kind === "event" || kind === "signal") return `${kind} ${name}`;
  return JSON.stringify(Object.entries(at).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

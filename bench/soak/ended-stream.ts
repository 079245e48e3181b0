import { request } from "node:http";
import type { ClientRequest } from "node:http";

/** The part of an update that tells which run ended, and with what. */
interface EndedUpdate {
  readonly eventId?: string;
  readonly entry?: { readonly data?: string | null };
}

export interface EndedStream {
  close(): void;
}

/**
 * Follows the ends of runs, and opens the stream anew whenever the server closes it: a server under load may let go of those
 * who only watch. What is missed meanwhile is asked for at the end.
 */
export function followEnds(
  origin: string,
  bearer: string,
  ended: (eventId: string, isRight: boolean) => void,
): EndedStream {
  let isClosed = false;
  let current: ClientRequest | null = null;

  function open(): void {
    if (isClosed) return;
    const outgoing = request(`${origin}/holdfast/v1/follow?kinds=run.ended&data=1`, {
      headers: { authorization: `Bearer ${bearer}`, accept: "text/event-stream" },
    });
    current = outgoing;
    outgoing.on("error", () => undefined);
    outgoing.once("close", () => setTimeout(open, 250));
    outgoing.on("response", (response) => {
      let rest = "";
      response.setEncoding("utf8");
      response.on("error", () => undefined);
      response.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line.startsWith("data:")) tell(line.slice(5));
      });
    });
    outgoing.end();
  }

  function tell(text: string): void {
    // One update or a batch of them, by the server under test.
    const data = JSON.parse(text) as EndedUpdate | readonly EndedUpdate[];
    for (const { eventId, entry } of [data].flat() as readonly EndedUpdate[])
      if (eventId !== undefined) ended(eventId, (entry?.data ?? "").includes('"ok":true'));
  }

  open();
  return {
    close() {
      isClosed = true;
      current?.destroy();
    },
  };
}

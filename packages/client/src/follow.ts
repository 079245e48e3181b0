import { HoldfastError } from "@holdfast/protocol";
import { connectionError, isObject, request } from "./exchange.ts";
import { createEventStreamReader } from "./server-sent-events.ts";
import type { FollowOptions, Update } from "./shapes.ts";

interface Following {
  readonly origin: string;
  readonly fetch: typeof fetch;
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  readonly filter: FollowOptions;
  readonly signal: AbortSignal;
  /** Whether payloads are asked for by whoever shows no key. */
  readonly reveal: boolean;
}

const PURPOSE = "follow the server";

/** The updates of `GET /holdfast/v1/follow`, one by one, until the signal aborts. */
export async function* followUpdates(following: Following): AsyncGenerator<Update, void, undefined> {
  const { origin, filter, signal } = following;
  const query = new URLSearchParams();
  if (filter.data === true) query.set("data", "1");
  if (following.reveal && filter.data === true) query.set("reveal", "true");
  if (filter.runId !== undefined) query.set("runId", filter.runId);
  if (filter.kinds !== undefined) query.set("kinds", filter.kinds.join(","));
  const exchange = { purpose: PURPOSE, origin, signal };
  try {
    const response = await request({
      ...exchange,
      fetch: following.fetch,
      path: `/holdfast/v1/follow?${query.toString()}`,
      method: "GET",
      headers: { ...(await following.headers()), accept: "text/event-stream" },
    });
    const read = createEventStreamReader();
    const decoder = new TextDecoder();
    // Node types the pieces of a body as `any`; fetch defines them as bytes.
    const pieces = (response.body ?? []) as AsyncIterable<Uint8Array> | [];
    for await (const piece of pieces) {
      for (const message of read(decoder.decode(piece, { stream: true }))) {
        if (message.event === "cut") throw cut(origin, message.data);
        if (message.event === "following") filter.onFollowing?.();
        else yield* parseUpdates(message.data);
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof HoldfastError) throw error;
    throw connectionError(exchange, error);
  }
  if (signal.aborted) return;
  throw new HoldfastError(
    "server_unreachable",
    `Cannot ${PURPOSE} any longer: ${origin} closed the connection.`,
  );
}

/** The server keeps nothing for followers that read more slowly than things happen, and tells nothing to whom it concerns no more. */
function cut(origin: string, data: string): HoldfastError {
  if (data.includes('"access"'))
    return new HoldfastError(
      "forbidden",
      `Cannot ${PURPOSE} any longer: ${origin} does not allow it any more.`,
    );
  return new HoldfastError(
    "request_failed",
    `Cannot ${PURPOSE} any longer: it fell too far behind ${origin}.`,
    {
      next: "Follow again, and read the runs that were missed from the server.",
    },
  );
}

/** One update, or several in an array, from the data of one message. */
function parseUpdates(data: string): readonly Update[] {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    throw new HoldfastError("request_failed", `Cannot ${PURPOSE}: a message is not JSON.`, { cause });
  }
  // The shape is the server's promise; a kind that a newer server added passes through for the caller to ignore.
  return (Array.isArray(value) ? value : [value]).filter(
    (item): item is Update => isObject(item) && typeof item["kind"] === "string",
  );
}

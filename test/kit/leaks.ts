import assert from "node:assert/strict";
import type { Canary } from "./canaries.ts";
import { findCanaries } from "./canaries.ts";
import { directoryPlaces } from "./directory-places.ts";
import type { HttpMessage } from "./http-messages.ts";
import { readMessages } from "./http-messages.ts";
import type { WireTap } from "./wire-tap.ts";

/** Some bytes that are looked at, and what they are called in a message. */
export interface Place {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Where to look, and what for. */
export interface Search {
  readonly taps: readonly WireTap[];
  /** Each with everything below it. */
  readonly directories: readonly string[];
  readonly logs: readonly { readonly name: string; readonly lines: readonly string[] }[];
  readonly canaries: readonly Canary[];
}

/** A canary where it should not be. */
export interface Leak {
  readonly canary: Canary;
  /** Says the form and the place, and nothing of the content. */
  readonly sentence: string;
}

/** Finds each place at which a canary shows. */
export function findLeaks({ taps, directories, logs, canaries }: Search): readonly Leak[] {
  const places = [
    ...directories.flatMap(directoryPlaces),
    ...logs.map(({ name, lines }) => ({
      name: `the log of ${name}`,
      bytes: Buffer.from(lines.join("\n"), "utf8"),
    })),
  ];
  return [
    ...taps.flatMap((tap) => tapLeaks(tap, canaries)),
    ...places.flatMap(({ name, bytes }) =>
      findCanaries(bytes, canaries).map(({ canary, form, offset }) => leak(canary, form, offset, name)),
    ),
  ];
}

/** No canary shows at any of these places. A search that looks at nothing fails too. */
export function assertNothingLeaks(search: Search): void {
  assert.ok(search.canaries.length > 0, "there is nothing to look for");
  const silent = search.taps.filter(({ streams }) => streams.every((stream) => stream.bytes().length === 0));
  assert.deepEqual(
    silent.map(({ name }) => name),
    [],
    "nothing went through these taps",
  );
  const leaks = findLeaks(search);
  assert.equal(leaks.length, 0, leaks.map(({ sentence }) => sentence).join("\n"));
}

function tapLeaks(tap: WireTap, canaries: readonly Canary[]): readonly Leak[] {
  return tap.streams.flatMap((stream) => {
    const bytes = stream.bytes();
    const messages = readMessages(bytes);
    const inStream = findCanaries(bytes, canaries).map(({ canary, form, offset }) => {
      const message = messages.findLast((each) => each.offset <= offset);
      return leak(canary, form, offset - (message?.offset ?? 0), placeOf(tap, stream.direction, message));
    });
    const inBodies = messages.flatMap((message) =>
      // Such a body was seen with the stream.
      message.isPlain
        ? []
        : findCanaries(message.body, canaries).map(({ canary, form, offset }) =>
            leak(canary, form, offset, `the decoded body of ${placeOf(tap, stream.direction, message)}`),
          ),
    );
    return [...inStream, ...inBodies];
  });
}

function placeOf(tap: WireTap, direction: string, message: HttpMessage | undefined): string {
  // A key in the path is no canary, but it need not stand in a log either.
  const line = message?.line.replace(/^(\S+ \/e\/)[^/? ]+/, "$1…") ?? "something that is not HTTP";
  return `a ${direction} from ${tap.name}, "${line}"`;
}

function leak(canary: Canary, form: string, offset: number, place: string): Leak {
  return { canary, sentence: `${canary.label} shows (${form}) at byte ${offset} of ${place}` };
}

/**
 * Does what it is asked for so many times. A worker's clock stands still while it computes, so that whoever asks has to
 * measure: `/?size=1024` lists what there is, `/?size=1024&index=0&count=100` does the first of it.
 */
import type { Candidate } from "../candidates.ts";
import { candidatesFor } from "../candidates.ts";
import { nativeCiphers } from "../native.ts";

const known = new Map<number, readonly Candidate[]>();

// A worker is its module's default export.
// oxlint-disable-next-line import/no-default-export
export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const size = Number(searchParams.get("size"));
    if (!(size > 1)) return new Response("here");
    const candidates = known.get(size) ?? (await candidatesFor(size, nativeCiphers()));
    known.set(size, candidates);
    const index = searchParams.get("index");
    if (index === null) return Response.json(candidates.map(({ name }) => name));
    const count = Number(searchParams.get("count"));
    for (let turn = 0; turn < count; turn++) {
      const result = candidates[Number(index)]?.act();
      if (result instanceof Promise) await result;
    }
    return new Response("done");
  },
};

/** So many of a list, in its order, chosen by a seed. Pure. */
export function sample<T>(all: readonly T[], size: number, seed: number): readonly T[] {
  if (all.length <= size) return all;
  const random = mulberry(seed);
  const places = all.map((each) => ({ each, place: random() }));
  const chosen = new Set(
    places
      .toSorted((one, two) => one.place - two.place)
      .slice(0, size)
      .map(({ each }) => each),
  );
  return all.filter((each) => chosen.has(each));
}

/** A small generator, the same for the same seed on every machine. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Choices that a seed decides, the same on every machine. */
export interface SeededChoices {
  /** True with this probability. */
  chance(probability: number): boolean;
  /** A whole number from 0 to one less than `count`. */
  index(count: number): number;
}

/** FNV-1a gives the state, and a counter mixed as in splitmix32 the numbers. For tests alone. */
export function seededChoices(seed: string): SeededChoices {
  let state = 0x811c9dc5;
  for (let at = 0; at < seed.length; at += 1) state = Math.imul(state ^ seed.charCodeAt(at), 0x01000193);

  function fraction(): number {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  return {
    chance: (probability) => fraction() < probability,
    index: (count) => Math.floor(fraction() * count),
  };
}

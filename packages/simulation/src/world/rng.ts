/** Random choices that a seed decides, the same on every machine. */
export interface Rng {
  /** In [0, 1). */
  fraction(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item;
  bytes(count: number): Uint8Array;
}

/**
 * xoshiro128** (Blackman and Vigna, 2018), its state filled by splitmix32 from a hash of the label: labels that differ in
 * one character give streams that have nothing in common, so that every part of a world can have one of its own.
 */
export function createRng(label: string): Rng {
  let mix = hash32(label);
  const split = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix ^ (mix >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = split();
  let b = split();
  let c = split();
  let d = split();

  function next(): number {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return scrambled;
  }

  // 2^-32: the whole word becomes the fraction.
  const fraction = (): number => next() * 2.3283064365386963e-10;
  const integer = (min: number, max: number): number => min + Math.floor(fraction() * (max - min + 1));
  return {
    fraction,
    integer,
    chance: (probability) => fraction() < probability,
    pick<Item>(items: readonly Item[]): Item {
      if (items.length === 0) throw new RangeError("Cannot pick from an empty list.");
      // The index lies inside the list.
      return items[integer(0, items.length - 1)] as Item;
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
  };
}

/** FNV-1a over UTF-16 code units: for labels and for the values of simulated steps, never for secrets. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash ^= text.charCodeAt(at);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

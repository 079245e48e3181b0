import { createHash } from "node:crypto";

/** Of ten thousand words, one text in a hundred million is taken for one of them. */
const BYTES = 5;

/** Words as a sorted row of the first bytes of their SHA-256. Pure. */
export function packHashes(words: readonly string[]): Buffer {
  return Buffer.concat([...new Set(words)].map(headOf).toSorted((left, right) => left.compare(right)));
}

/** Whether a word is in such a row. Pure. */
export function hasHash(row: Buffer, word: string): boolean {
  const wanted = headOf(word);
  let low = 0;
  let high = row.length / BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = wanted.compare(row, middle * BYTES, (middle + 1) * BYTES);
    if (order === 0) return true;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return false;
}

function headOf(word: string): Buffer {
  return createHash("sha256").update(word).digest().subarray(0, BYTES);
}

import type { Digest } from "../digest.ts";
import { hexBytes } from "../encodings.ts";

/** A complete part of the tree: how many leaves it has, a power of two, and its hash, hex. */
export interface Subtree {
  readonly size: number;
  readonly hash: string;
}

/**
 * A Merkle tree that grows at its end (RFC 6962, 2.1), kept as its complete parts from left to right: a few dozen hashes,
 * however many leaves there are. Leaves are hashes already (`entryHash`).
 */
export class MerkleTree {
  readonly #digest: Digest;
  readonly #parts: Subtree[];

  /** @param parts of a tree that is to go on; none for an empty one */
  constructor(digest: Digest, parts: readonly Subtree[] = []) {
    this.#digest = digest;
    this.#parts = [...parts];
  }

  get size(): number {
    return this.#parts.reduce((sum, { size }) => sum + size, 0);
  }

  get parts(): readonly Subtree[] {
    return [...this.#parts];
  }

  append(leaf: string): void {
    let part: Subtree = { size: 1, hash: leaf };
    for (let last = this.#parts.at(-1); last?.size === part.size; last = this.#parts.at(-1)) {
      this.#parts.pop();
      part = { size: 2 * part.size, hash: nodeHash(last.hash, part.hash, this.#digest) };
    }
    this.#parts.push(part);
  }

  /** Hash of the whole tree, hex; of the empty one, the hash of nothing. */
  root(): string {
    const [last, ...others] = this.#parts.toReversed();
    if (last === undefined) return this.#digest.sha256Hex("");
    return others.reduce((right, { hash }) => nodeHash(hash, right, this.#digest), last.hash);
  }
}

/**
 * Proof that a leaf is in a tree: the hashes beside its way to the root, the lowest first (RFC 6962, 2.1.1).
 *
 * @throws RangeError when there is no such leaf
 */
export function inclusionProof(leaves: readonly string[], index: number, digest: Digest): readonly string[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length)
    throw new RangeError(`There is no leaf ${index} in a tree of ${leaves.length}.`);
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...inclusionProof(left, index, digest), rootOf(right, digest)]
    : [...inclusionProof(right, index - split, digest), rootOf(left, digest)];
}

/** Whether a proof leads from a leaf to the root of a tree of this size (RFC 9162, 2.1.3.2). */
export function provesInclusion(
  proof: readonly string[],
  claim: { readonly leaf: string; readonly index: number; readonly size: number; readonly root: string },
  digest: Digest,
): boolean {
  let { index } = claim;
  let last = claim.size - 1;
  let hash = claim.leaf;
  if (index > last) return false;
  for (const beside of proof) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      hash = nodeHash(beside, hash, digest);
      while (index % 2 === 0 && index > 0) [index, last] = [index / 2, Math.floor(last / 2)];
    } else hash = nodeHash(hash, beside, digest);
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash === claim.root;
}

function rootOf(leaves: readonly string[], digest: Digest): string {
  const tree = new MerkleTree(digest);
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

/** The largest power of two below `count`. */
function splitOf(count: number): number {
  let split = 1;
  while (2 * split < count) split *= 2;
  return split;
}

function nodeHash(left: string, right: string, digest: Digest): string {
  const bytes = new Uint8Array(65);
  bytes[0] = 0x01;
  bytes.set(hexBytes(left), 1);
  bytes.set(hexBytes(right), 33);
  return digest.sha256Hex(bytes);
}

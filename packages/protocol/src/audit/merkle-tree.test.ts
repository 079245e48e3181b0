import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nodeDigest } from "../testing/node-digest.ts";
import { entryHash } from "./chain.ts";
import { inclusionProof, MerkleTree, provesInclusion } from "./merkle-tree.ts";

/** The leaves and the roots by which implementations of RFC 6962 are commonly held against each other. */
const LEAVES = ["", "\u0000", "\u0010", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const leafOf = (text: string): string => entryHash(text, nodeDigest);

test("a tree has the known root after each known leaf, and of nothing the hash of nothing", () => {
  const tree = new MerkleTree(nodeDigest);
  assert.equal(tree.root(), nodeDigest.sha256Hex(""));
  for (const [index, leaf] of LEAVES.entries()) {
    tree.append(leafOf(leaf));
    assert.equal(tree.root(), ROOTS[index]);
    assert.equal(tree.size, index + 1);
  }
});

test("a tree that goes on from its parts is the same tree", () => {
  const whole = new MerkleTree(nodeDigest);
  let resumed = new MerkleTree(nodeDigest);
  for (let count = 1; count <= 100; count++) {
    whole.append(leafOf(`${count}`));
    resumed = new MerkleTree(nodeDigest, resumed.parts);
    resumed.append(leafOf(`${count}`));
    assert.equal(resumed.root(), whole.root());
  }
});

test("a proof leads from its leaf to the root, and from no other leaf, place, size or root", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (size, seed) => {
      const leaves = Array.from({ length: size }, (_, index) => leafOf(`${index}`));
      const index = seed % size;
      const tree = new MerkleTree(nodeDigest);
      for (const leaf of leaves) tree.append(leaf);
      const claim = { leaf: leaves[index] ?? "", index, size, root: tree.root() };
      const proof = inclusionProof(leaves, index, nodeDigest);
      assert.ok(provesInclusion(proof, claim, nodeDigest));
      assert.ok(!provesInclusion(proof, { ...claim, leaf: leafOf("another") }, nodeDigest));
      assert.ok(!provesInclusion(proof, { ...claim, root: leafOf("another") }, nodeDigest));
      assert.ok(!provesInclusion(proof, { ...claim, index: size }, nodeDigest));
      assert.ok(!provesInclusion([...proof, leafOf("more")], claim, nodeDigest));
      if (size > 1) {
        assert.ok(!provesInclusion(proof.slice(1), claim, nodeDigest));
        const other = (index + 1) % size;
        assert.ok(!provesInclusion(proof, { ...claim, index: other }, nodeDigest));
      }
    }),
  );
});

test("there is no proof for a leaf that is not there", () => {
  for (const index of [-1, 3, 0.5])
    assert.throws(() => inclusionProof(["a", "b", "c"], index, nodeDigest), RangeError);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { IdpMetadata } from "#saml";
import { mergedCertificates } from "./merge-certificates.ts";
import type { StoredCertificate } from "./records.ts";

const stored = (sha256: string, state: StoredCertificate["state"]): StoredCertificate => ({
  pem: `pem of ${sha256}`,
  sha256,
  subject: `CN=${sha256}`,
  notBefore: 0,
  notAfter: 1,
  state,
});
/** Metadata as far as it is read here. */
const metadata = (...names: readonly string[]): IdpMetadata =>
  ({ certificates: names.map((name) => stored(name, "active")) }) as unknown as IdpMetadata;
const merged = (before: readonly StoredCertificate[], names: readonly string[], isDraft = false) =>
  mergedCertificates(before, metadata(...names), isDraft).map(({ sha256, state }) => `${sha256} ${state}`);

test("the certificates of a draft are those of the metadata that was read last", () => {
  assert.deepEqual(merged([], ["a", "b"], true), ["a active", "b active"]);
  assert.deepEqual(merged([stored("a", "active"), stored("b", "retired")], ["b", "c"], true), [
    "b active",
    "c active",
  ]);
});

test("of a connection that is on, a certificate that is new waits, and none goes because metadata is silent about it", () => {
  assert.deepEqual(merged([], ["a"]), ["a active"], "the first there is");
  const before = [stored("a", "active"), stored("b", "retired"), stored("c", "next")];
  assert.deepEqual(merged(before, []), ["a active", "b retired", "c next"]);
  assert.deepEqual(merged(before, ["d"]), ["a active", "b retired", "c next", "d next"]);
  assert.deepEqual(
    merged(before, ["a", "b", "c"]),
    ["a active", "b retired", "c next"],
    "a retired one stays so",
  );
});

test("metadata adds four certificates at most, and pushes none out that is active", () => {
  const before = [stored("a", "active"), stored("b", "active")];
  assert.deepEqual(merged(before, ["c", "d"]), ["a active", "b active", "c next", "d next"]);
  assert.deepEqual(merged(before, ["c", "d", "e"]), ["a active", "b active", "c next", "d next"]);
  const withRetired = [stored("r", "retired"), ...before];
  assert.deepEqual(merged(withRetired, ["c", "d"]), [
    "r retired",
    "a active",
    "b active",
    "c next",
    "d next",
  ]);
  assert.deepEqual(merged(withRetired, ["c", "d", "e"]), ["a active", "b active", "c next", "d next"]);
});

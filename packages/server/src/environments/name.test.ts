import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnvironmentName } from "@holdfast/protocol";
import { isHoldfastError } from "@holdfast/protocol";
import { nodeDigest } from "#kernel";
import { branchName, branchSlug, readEnvironmentName } from "./name.ts";

const FAMILY = "previews" as EnvironmentName;
const sha256Hex = (text: string): string => nodeDigest.sha256Hex(text);

test("readEnvironmentName() takes names that can be a folder and part of an id", () => {
  for (const name of ["a", "staging", "eu-west-1", "a--b", "x".repeat(64)])
    assert.equal(readEnvironmentName(name), name);
});

test("A-092 a name with a way out of its folder, other letters or no end is refused", () => {
  const names = [
    "",
    "..",
    "../x",
    "a/b",
    "a\\b",
    ".hidden",
    "-a",
    "a-",
    "Staging",
    "stäging",
    "ｓtaging",
    "a b",
    "a\u0000",
    "a\n",
  ];
  for (const name of [...names, "x".repeat(65), 7, null, ["a"]])
    assert.throws(
      () => readEnvironmentName(name),
      (error) => isHoldfastError(error, "request_invalid"),
      String(name),
    );
});

test("a name that Holdfast uses itself is refused", () => {
  for (const name of ["production", "dev", "installation"])
    assert.throws(() => readEnvironmentName(name), /taken by Holdfast/);
});

test("branchSlug() makes a name of what git calls a branch, and none of nothing", () => {
  assert.equal(branchSlug("feature/New_cart"), "feature-new-cart");
  assert.equal(branchSlug("--main--"), "main");
  assert.equal(branchSlug("../../production"), "production");
  for (const nothing of ["", "//", "…"]) assert.equal(branchSlug(nothing), null);
});

test("branchName() keeps long branches of one beginning apart, within the length of a name", () => {
  const long = "x".repeat(100);
  const [one, other] = [branchName(FAMILY, `${long}1`, sha256Hex), branchName(FAMILY, `${long}2`, sha256Hex)];
  assert.notEqual(one, other);
  for (const name of [one, other, branchName(FAMILY, "main", sha256Hex)])
    assert.equal(readEnvironmentName(name), name);
  const slug = "x".repeat(64 - "previews--".length);
  assert.equal(branchName(FAMILY, slug, sha256Hex), `previews--${slug}`, "one that just fits stays whole");
});

test("a branch cannot be named so that it is another environment", () => {
  assert.equal(branchName(FAMILY, branchSlug("production") ?? "", sha256Hex), "previews--production");
});

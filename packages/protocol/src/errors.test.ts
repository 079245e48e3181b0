import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ErrorCode } from "./errors.ts";
import { HoldfastError, isHoldfastError, RETRIABLE, WHAT_NEXT } from "./errors.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/reference/errors.md"), "utf8");
const [introduction = "", ...sections] = page.split(/^## /m);

const CODES = Object.keys(WHAT_NEXT) as readonly ErrorCode[];

test("docs/reference/errors.md has a heading for every code, in the same order, and no other", () => {
  const headings = sections.map((section) => section.split("\n")[0]);
  assert.deepEqual(headings, CODES);
});

test("docs/reference/errors.md says of every code what happened and what to do next", () => {
  for (const section of sections) {
    assert.match(section, /^\w+\n\n[A-Z`][^]{20,}\n\n\*\*Next:\*\* [^]{8,}\.\n*$/);
  }
});

test("docs/reference/errors.md names the codes after which trying again may help", () => {
  const sentence = /may succeed later without a change after: ([^.]+)\./.exec(introduction)?.[1] ?? "";
  const named = [...sentence.matchAll(/`(\w+)`/g)].map(([, code]) => code);
  assert.deepEqual(
    named,
    CODES.filter((code) => RETRIABLE.has(code)),
  );
});

test("WHAT_NEXT says it of every code, in sentences", () => {
  for (const [code, next] of Object.entries(WHAT_NEXT)) assert.match(next, /^[A-Z].*\.$/, code);
});

test("HoldfastError takes what to do next and whether to try again from its code", () => {
  const cause = new Error("disk full");
  const error = new HoldfastError("store_failed", "Cannot write.", { cause, details: { path: "/x" } });
  assert.equal(error.name, "HoldfastError");
  assert.equal(error.message, "Cannot write.");
  assert.equal(error.next, WHAT_NEXT.store_failed);
  assert.equal(error.retriable, true);
  assert.equal(error.cause, cause);
  assert.deepEqual(error.details, { path: "/x" });

  const bare = new HoldfastError("conflict", "Cannot cancel.", { next: "Wait." });
  assert.equal(bare.next, "Wait.");
  assert.equal(bare.retriable, false);
  assert.equal("cause" in bare, false);
  assert.deepEqual(bare.details, {});
});

test("isHoldfastError() knows our errors, and one code among them", () => {
  const error = new HoldfastError("conflict", "Cannot cancel.");
  assert.equal(isHoldfastError(error), true);
  assert.equal(isHoldfastError(error, "conflict"), true);
  assert.equal(isHoldfastError(error, "not_found"), false);
  for (const other of [
    new Error("conflict"),
    { name: error.name, code: error.code },
    null,
    undefined,
    "conflict",
  ]) {
    assert.equal(isHoldfastError(other), false);
  }
});

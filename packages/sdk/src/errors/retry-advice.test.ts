import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { NonRetriableError } from "./non-retriable-error.ts";
import { retryAdvice } from "./retry-advice.ts";
import { RetryAfterError } from "./retry-after-error.ts";
import { StepError } from "./step-error.ts";

describe("RetryAfterError", () => {
  it("says milliseconds and words in whole seconds, rounded up, and instants as they are", () => {
    const cases = [
      [0, "0"],
      [1, "1"],
      [1500, "2"],
      [-5, "0"],
      ["90s", "90"],
      ["1h30m", "5400"],
      [new Date("2026-01-01T00:05:00Z"), "2026-01-01T00:05:00.000Z"],
    ] as const;
    for (const [after, expected] of cases) {
      assert.equal(new RetryAfterError("busy", after).retryAfter, expected, String(after));
    }
  });

  it("keeps its cause and refuses a delay that is none", () => {
    const cause = new Error("429");
    assert.equal(new RetryAfterError("busy", 1, { cause }).cause, cause);
    for (const after of [Number.NaN, Infinity, "soon", "", new Date("never")]) {
      assert.throws(
        () => new RetryAfterError("busy", after),
        (error) => isHoldfastError(error, "duration_invalid"),
      );
    }
  });
});

describe("retryAdvice()", () => {
  it("lets whatever is thrown be tried again", () => {
    for (const thrown of [new Error("x"), new TypeError("x"), "x", null, undefined, { noRetry: true }]) {
      assert.deepEqual(retryAdvice(thrown), { isRetriable: true, retryAfter: null });
    }
  });

  it("ends attempts for a NonRetriableError and for a step's error that nobody caught", () => {
    class Declined extends NonRetriableError {
      override readonly name = "Declined";
    }
    for (const error of [
      new NonRetriableError("x"),
      new Declined("x"),
      new StepError("id", new Error("x")),
    ]) {
      assert.equal(retryAdvice(error).isRetriable, false);
    }
  });

  it("knows errors of another copy of the package by their names and marks", () => {
    const named = Object.assign(new Error("x"), { name: "NonRetriableError" });
    const marked = Object.defineProperty(new Error("x"), Symbol.for("holdfast.StepError"), { value: true });
    assert.equal(retryAdvice(named).isRetriable, false);
    assert.equal(retryAdvice(marked).isRetriable, false);
    const later = Object.assign(new Error("x"), { name: "RetryAfterError", retryAfter: "30" });
    assert.deepEqual(retryAdvice(later), { isRetriable: true, retryAfter: "30" });
    const odd = Object.assign(new Error("x"), { name: "RetryAfterError", retryAfter: 30 });
    assert.deepEqual(retryAdvice(odd), { isRetriable: true, retryAfter: null });
  });

  it("ends attempts for an error that says noRetry, and only for true", () => {
    assert.equal(retryAdvice(Object.assign(new Error("x"), { noRetry: true })).isRetriable, false);
    assert.equal(retryAdvice(Object.assign(new Error("x"), { noRetry: false })).isRetriable, true);
  });

  it("passes on when to try again", () => {
    assert.deepEqual(retryAdvice(new RetryAfterError("x", "1m")), { isRetriable: true, retryAfter: "60" });
  });
});

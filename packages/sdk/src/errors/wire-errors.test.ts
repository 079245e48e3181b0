import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import type { WireError } from "@holdfast/protocol";
import { isHoldfastError } from "@holdfast/protocol";
import fc from "fast-check";
import type { ErrorClass } from "./error-classes.ts";
import { errorClasses } from "./error-classes.ts";
import { fromWireError } from "./from-wire-error.ts";
import { NonRetriableError } from "./non-retriable-error.ts";
import { isStepError, StepError } from "./step-error.ts";
import { toWireError } from "./to-wire-error.ts";

class CardError extends Error {
  readonly last4: string;
  constructor(last4: string) {
    super(`Card ${last4} was declined.`);
    this.last4 = last4;
  }
}
class StolenCardError extends CardError {}

/** What a server does with an error in between. */
function travelled(wire: WireError): WireError {
  return JSON.parse(JSON.stringify(wire)) as WireError;
}

describe("toWireError()", () => {
  it("writes name, message, stack and causes, and nothing else of an error", () => {
    const inner = Object.assign(new RangeError("inner"), { token: "canary" });
    const error = Object.assign(new TypeError("outer", { cause: inner }), { config: "canary" });
    assert.deepEqual(toWireError(error), {
      name: "TypeError",
      message: "outer",
      stack: error.stack,
      cause: { name: "RangeError", message: "inner", stack: inner.stack },
    });
  });

  it("follows five causes and no further, in a circle too", () => {
    const error = new Error("round");
    error.cause = error;
    let depth = 0;
    for (let at: unknown = toWireError(error).cause; at !== undefined; depth++) at = (at as WireError).cause;
    assert.equal(depth, 5);
  });

  it("makes an error of whatever is thrown", () => {
    const cases: readonly (readonly [unknown, WireError])[] = [
      ["declined", { name: "Error", message: "declined" }],
      [undefined, { name: "Error", message: "A value of type undefined was thrown." }],
      [null, { name: "Error", message: "null" }],
      [{ code: 7 }, { name: "Error", message: '{"code":7}' }],
      [10n, { name: "Error", message: "A value of type bigint was thrown." }],
      [Symbol("x"), { name: "Error", message: "A value of type symbol was thrown." }],
      [
        { message: "like one", name: "Odd" },
        { name: "Odd", message: "like one" },
      ],
      [
        { message: "like one", name: 5, stack: null },
        { name: "Error", message: "like one" },
      ],
    ];
    for (const [thrown, expected] of cases) assert.deepEqual(toWireError(thrown), expected);
  });

  it("keeps a cause that is no error where JSON can say it", () => {
    assert.equal(toWireError(new Error("x", { cause: "text" })).cause, "text");
    assert.deepEqual(toWireError(new Error("x", { cause: { code: 7 } })).cause, { code: 7 });
    assert.equal("cause" in toWireError(new Error("x", { cause: 10n })), false);
    assert.equal("cause" in toWireError(new Error("x", { cause: null })), false);
  });

  it("reports an error that cannot be read all the same", () => {
    const hostile = new Proxy(new Error("x"), {
      get() {
        throw new Error("canary");
      },
    });
    assert.deepEqual(toWireError(hostile), { name: "Error", message: "What was thrown cannot be read." });
    assert.equal(toWireError(new Error("outer", { cause: hostile })).message, "outer");
  });

  it("writes the error of a step in the place of the step's error", () => {
    const cause = new NonRetriableError("no use", { cause: new Error("a broken card") });
    assert.deepEqual(toWireError(new StepError("abc", cause)), toWireError(cause));
  });

  it("never throws", () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true }),
        (thrown) => void JSON.stringify(toWireError(thrown)),
      ),
    );
  });
});

describe("fromWireError()", () => {
  it("gives JavaScript's own classes and NonRetriableError back", () => {
    for (const error of [new TypeError("x"), new URIError("x"), new NonRetriableError("x"), new Error("x")]) {
      const back = fromWireError(travelled(toWireError(error)));
      assert.equal(back.constructor, error.constructor);
      assert.equal(back.name, error.name);
      assert.equal(back.message, "x");
      assert.equal(back.stack, error.stack);
      assert.deepEqual(
        Object.keys(back).filter((name) => name !== "name"),
        [],
      );
    }
  });

  it("gives the author's classes back with their members, the nearest one", () => {
    const classes = errorClasses([CardError, StolenCardError]);
    const error = new Error("order", { cause: new StolenCardError("4242") });
    const wire = travelled(toWireError(error, classes));
    const { cause } = fromWireError(wire, classes);
    assert.ok(cause instanceof StolenCardError);
    assert.equal(cause.last4, "4242");
    assert.equal(cause.message, "Card 4242 was declined.");
    // Without the list it is an error of that name.
    const unknown = fromWireError(wire).cause;
    assert.ok(unknown instanceof Error && !(unknown instanceof CardError));
    assert.equal(unknown.name, "StolenCardError");
    assert.equal("last4" in unknown, false);
  });

  it("does not let data overwrite what makes an error", () => {
    const classes = errorClasses([CardError]);
    const data = JSON.parse(
      '{"name":"x","message":"x","stack":"x","cause":"x","__proto__":{"a":1},"constructor":1}',
    );
    const error = fromWireError({ name: "CardError", message: "m", stack: "s", data }, classes);
    assert.equal(error.message, "m");
    assert.equal(error.stack, "s");
    assert.equal(error.cause, undefined);
    assert.equal(error.constructor, CardError);
    assert.equal("a" in error, false);
  });

  it("keeps the name of a class that is not known, and names no place of its own", () => {
    const error = fromWireError({ name: "OddError", message: "odd" });
    assert.equal(error.name, "OddError");
    assert.equal(error.stack, "OddError: odd");
  });

  it("reads whatever a peer wrote", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, cause) => {
        assert.ok(fromWireError(value as unknown as WireError) instanceof Error);
        assert.ok(fromWireError({ name: "Error", message: "x", cause }) instanceof Error);
      }),
    );
    let nested: unknown = "end";
    for (let depth = 0; depth < 10_000; depth++) nested = { message: "x", cause: nested };
    assert.ok(fromWireError({ name: "Error", message: "x", cause: nested }) instanceof Error);
  });
});

describe("errorClasses()", () => {
  it("refuses what is no class of errors, has no name, or has another's", () => {
    const refused: readonly (readonly unknown[])[] = [
      [Map],
      ["CardError"],
      [class extends Error {}],
      [CardError, CardError],
      [{ TypeError: class extends Error {} }["TypeError"]],
    ];
    for (const listed of refused) {
      assert.throws(
        () => errorClasses(listed as readonly ErrorClass[]),
        (error) => isHoldfastError(error, "config_invalid"),
        inspect(listed),
      );
    }
  });
});

describe("StepError", () => {
  it("bears the name, message and stack of the step's error, which is its cause", () => {
    const cause = new RangeError("out of range");
    const error = new StepError("abc", cause);
    assert.ok(error instanceof StepError && isStepError(error));
    assert.equal(`${error.name}: ${error.message}`, "RangeError: out of range");
    assert.equal(error.stack, cause.stack);
    assert.equal(error.cause, cause);
    assert.equal(error.stepId, "abc");
    assert.equal(isStepError(cause), false);
    assert.equal(isStepError({ stepId: "abc" }), false);
  });
});

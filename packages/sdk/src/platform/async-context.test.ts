import assert from "node:assert/strict";
import { test } from "node:test";
import { createAsyncContext, synchronousContext } from "./async-context.ts";

test("a value follows the code it was given to, and no other", async () => {
  const context = createAsyncContext<string>();
  const seen = async (): Promise<string | undefined> => {
    await new Promise((resolve) => setImmediate(resolve));
    return context.current();
  };
  const [left, right] = await Promise.all([context.run("left", seen), context.run("right", seen)]);
  assert.deepEqual([left, right, context.current()], ["left", "right", undefined]);
  assert.equal(context.isComplete, true);
});

test("without the platform's help a value is seen by synchronous code, and never by another's", async () => {
  const context = synchronousContext<string>();
  const inner = context.run("outer", () => [
    context.run("inner", () => context.current()),
    context.current(),
  ]);
  assert.deepEqual(inner, ["inner", "outer"]);
  assert.throws(() =>
    context.run("thrown", () => {
      throw new Error("stop");
    }),
  );
  assert.equal(context.current(), undefined);
  assert.equal(context.isComplete, false);
});

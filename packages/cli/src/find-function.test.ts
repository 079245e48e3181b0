import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "@holdfast/client";
import type { AppId, FunctionId } from "@holdfast/protocol";
import { isHoldfastError } from "@holdfast/protocol";
import { chooseFunction } from "./find-function.ts";

const app = (name: string, ...ids: readonly string[]): App => ({
  id: name as AppId,
  name,
  url: "",
  sdk: null,
  framework: null,
  synced_at: "",
  error: null,
  functions: ids.map((id) => ({
    id: id as FunctionId,
    slug: `${name}-${id}`,
    name: `The ${id}`,
    triggers: [],
  })),
});
const APPS = [app("shop", "fulfil", "refund"), app("mail", "send", "refund")];

for (const text of ["shop-fulfil", "fulfil", "shop/fulfil", "The fulfil"]) {
  test(`chooseFunction() finds shop-fulfil by "${text}"`, () => {
    assert.equal(chooseFunction(APPS, text).slug, "shop-fulfil");
  });
}

test("chooseFunction() refuses a name that several functions have, and names them", () => {
  assert.throws(
    () => chooseFunction(APPS, "refund"),
    (error) => isHoldfastError(error, "usage_invalid") && /shop-refund, mail-refund/.test(error.next),
  );
});

test("chooseFunction() names the nearest function where none has the name", () => {
  assert.throws(
    () => chooseFunction(APPS, "fulfill"),
    (error) => isHoldfastError(error, "not_found") && /Did you mean fulfil\?/.test(error.next),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { withSpecifier } from "./rewrite-specifiers.ts";

const rewrite = (text: string): string => withSpecifier(text, "@holdfast/protocol", "./protocol/index.js");

test("withSpecifier() changes imports, re-exports, dynamic imports, and import types", () => {
  const forms: readonly (readonly [string, string])[] = [
    [`import { a } from "@holdfast/protocol";`, `import { a } from "./protocol/index.js";`],
    [`import type { A } from '@holdfast/protocol';`, `import type { A } from './protocol/index.js';`],
    [`export { a } from "@holdfast/protocol";`, `export { a } from "./protocol/index.js";`],
    [`import "@holdfast/protocol";`, `import "./protocol/index.js";`],
    [`await import("@holdfast/protocol")`, `await import("./protocol/index.js")`],
    [`declare const a: import("@holdfast/protocol").A;`, `declare const a: import("./protocol/index.js").A;`],
    [`import{a}from"@holdfast/protocol";`, `import{a}from"./protocol/index.js";`],
  ];
  for (const [given, wanted] of forms) assert.equal(rewrite(given), wanted);
});

test("withSpecifier() leaves other modules and other texts as they are", () => {
  for (const text of [
    `import { a } from "@holdfast/protocol-x";`,
    `import { a } from "@holdfast/sealing";`,
    `const name = "@holdfast/protocol";`,
    `throw new Error('Cannot import "x" from here: "@holdfast/protocol" is missing');`,
  ]) {
    assert.equal(rewrite(text), text);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { reachableDeclarations } from "./declarations.ts";

const shake = (texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(reachableDeclarations(new Map(Object.entries(texts)), ["index.d.ts"]));

test("reachableDeclarations() keeps what entries offer, and whatever that mentions, with its comments", () => {
  const remaining = shake({
    "index.d.ts": `export type { Order } from "./shop/order.ts";`,
    "shop/order.d.ts": [
      `import type { Money, Weight } from "../money.ts";`,
      `/** What was ordered. */`,
      `export interface Order { price: Money; tag: typeof tag; }`,
      `declare const tag: unique symbol;`,
      `export interface Parcel { weight: Weight; }`,
    ].join("\n"),
    "money.d.ts": `export type Money = number;\nexport type Weight = number;`,
    "lonely.d.ts": `export type Lonely = 1;`,
  });
  assert.deepEqual(remaining, {
    "index.d.ts": `export type { Order } from "./shop/order.js";\nexport {};\n`,
    "shop/order.d.ts": [
      `import type { Money } from "../money.js";`,
      `/** What was ordered. */`,
      `export interface Order { price: Money; tag: typeof tag; }`,
      `declare const tag: unique symbol;`,
      `export {};\n`,
    ].join("\n"),
    "money.d.ts": `export type Money = number;\nexport {};\n`,
  });
});

test("reachableDeclarations() follows new names, names given twice, and types imported in place", () => {
  const remaining = shake({
    "index.d.ts": `import { Inner as Outer } from "./a.js";\nexport { Outer as Shown };\nexport declare function f(): import("./b.ts").B;`,
    "a.d.ts": `export declare class Inner { #private; }\nexport interface Inner { more: string; }\nexport {};`,
    "b.d.ts": `export interface B { self: B; }\nexport interface C {}`,
  });
  assert.match(remaining["index.d.ts"] ?? "", /^import \{ Inner as Outer \} from "\.\/a\.js";/);
  assert.match(remaining["index.d.ts"] ?? "", /export \{ Outer as Shown \};/);
  assert.match(remaining["index.d.ts"] ?? "", /import\("\.\/b\.js"\)\.B/);
  assert.match(remaining["a.d.ts"] ?? "", /class Inner[^]*interface Inner/);
  assert.equal(remaining["b.d.ts"], `export interface B { self: B; }\nexport {};\n`);
});

test("reachableDeclarations() leaves what others publish to them, and refuses what it cannot follow", () => {
  const text = `import type { IncomingMessage } from "node:http";\nexport type T = IncomingMessage;`;
  assert.equal(shake({ "index.d.ts": text })["index.d.ts"], `${text}\nexport {};\n`);
  assert.throws(() => shake({ "index.d.ts": `export * from "./a.js";` }), /Cannot follow index\.d\.ts/);
  assert.throws(() => shake({ "index.d.ts": `export { A } from "./a.js";` }), /a\.d\.ts is not there/);
});

test("reachableDeclarations() narrows indentation, and widens constants that hold sentences", () => {
  const sentence = "Send a body that is valid JSON, encoded as UTF-8.";
  const text = `export declare const ERRORS: {\n    readonly a: {\n        readonly next: "${sentence}";\n        readonly b: "b";\n    };\n};`;
  assert.equal(
    shake({ "index.d.ts": text })["index.d.ts"],
    `export declare const ERRORS: {\n\treadonly a: {\n\t\treadonly next: string;\n\t\treadonly b: "b";\n\t};\n};\nexport {};\n`,
  );
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Statement } from "../testing/identity-provider.ts";
import { examine, verdictOn } from "../testing/judge.ts";

const says = (statement: Partial<Statement>) => verdictOn({ says: statement });

describe("the attributes", () => {
  const attributesOf = async (attributes: Statement["attributes"]) => {
    const result = await examine({ says: { attributes } });
    return result.ok ? [...result.identity.attributes] : result.error.code;
  };

  it("A-067 of one sent twice all values are kept, in order", async () => {
    const sent = [
      ["groups", "a"],
      ["email", "x"],
      ["groups", "b", "a"],
    ] as const;
    assert.deepEqual(await attributesOf(sent), [
      ["groups", ["a", "b", "a"]],
      ["email", ["x"]],
    ]);
  });

  it("are data, whatever they are called", async () => {
    const names = ["__proto__", "constructor", "toString", "nameID", "hasOwnProperty"];
    assert.deepEqual(
      await attributesOf(names.map((name) => [name, "1"] as const)),
      names.map((name) => [name, ["1"]]),
    );
  });

  it("may be none, and may have no value or an empty one", async () => {
    assert.deepEqual(await attributesOf([]), []);
    assert.deepEqual(await attributesOf([["a"], ["b", ""]]), [
      ["a", []],
      ["b", [""]],
    ]);
  });

  it("have a name, and values that are text", async () => {
    assert.equal(await attributesOf([["", "x"]]), "saml_structure");
    assert.equal(await attributesOf([["a", "x<b/>y"]]), "saml_structure");
    assert.equal(
      await says({ more: "<saml:AttributeStatement><saml:Attribute/></saml:AttributeStatement>" }),
      "saml_structure",
    );
  });

  it("A-067 are 200 at most, with 2 000 values", async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => [`a${index}`, "v"] as const);
    const values = (count: number) => [["groups", ...Array.from({ length: count }, () => "v")] as const];
    assert.equal((await attributesOf(many(200))).length, 200);
    assert.equal(await attributesOf(many(201)), "saml_structure");
    assert.deepEqual(await attributesOf([...values(1_000), ...values(1_000)]), [
      ["groups", Array.from({ length: 2_000 }, () => "v")],
    ]);
    assert.equal(await attributesOf([...values(1_000), ...values(1_001)]), "saml_structure");
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { isSamlError, SAML_CODES, SamlError, sentenceOf } from "./saml-error.ts";

test("every code has a sentence for administrators, and no two have the same", () => {
  const sentences = SAML_CODES.map(sentenceOf);
  assert.equal(new Set(sentences).size, SAML_CODES.length);
  for (const sentence of sentences) assert.match(sentence, /^[A-Z].{30,}\.$/);
  for (const code of SAML_CODES) assert.match(code, /^saml_[a-z_]+$/);
});

test("an error says its sentence and nothing of the document", () => {
  const error = new SamlError("saml_audience");
  assert.equal(error.message, sentenceOf("saml_audience"));
  assert.equal(error.cause, undefined);
  assert.deepEqual(error.choices, []);
  assert.ok(isSamlError(error));
  assert.ok(isSamlError(error, "saml_audience"));
  assert.equal(isSamlError(error, "saml_issuer"), false);
  assert.equal(isSamlError(new Error("saml_audience")), false);
});

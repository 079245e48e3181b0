import assert from "node:assert/strict";
import { test } from "node:test";
import { HoldfastError } from "@holdfast/protocol";
import { createReport } from "./report.ts";

const report = (options: { readonly json?: boolean; readonly quiet?: boolean } = {}) => {
  const texts = { stdout: "", stderr: "" };
  const made = createReport({
    stdout: { write: (text) => (texts.stdout += text) },
    stderr: { write: (text) => (texts.stderr += text) },
    look: { color: false, ascii: false },
    json: false,
    quiet: false,
    verbose: false,
    ...options,
  });
  return { report: made, texts };
};
const error = new HoldfastError("not_found", "Cannot read run.", {
  next: "Look.\nAgain.",
  details: { status: 404 },
});

test("createReport() writes results to stdout and everything else to stderr", () => {
  const { report: out, texts } = report();
  out.result({ a: 1 }, ["one", "two"]);
  out.notice("mind");
  out.failure(error);
  assert.equal(texts.stdout, "one\ntwo\n");
  assert.equal(texts.stderr, "  ! mind\n  ✕ not_found  Cannot read run.\n    Look.\n    Again.\n");
});

test("createReport() with json writes one document, warnings in it, and failures on both streams", () => {
  const { report: out, texts } = report({ json: true });
  out.notice("mind");
  out.result({ a: 1 }, ["one"]);
  assert.deepEqual(JSON.parse(texts.stdout), { ok: true, data: { a: 1 }, warnings: ["mind"] });
  const failed = report({ json: true });
  failed.report.failure(error);
  assert.deepEqual(JSON.parse(failed.texts.stdout), {
    ok: false,
    error: {
      code: "not_found",
      message: "Cannot read run.",
      hint: "Look.\nAgain.",
      docs: "docs/reference/errors.md#not_found",
      details: { status: 404 },
    },
  });
  assert.match(failed.texts.stderr, /Cannot read run/);
});

test("createReport() with quiet leaves results and failures only", () => {
  const { report: out, texts } = report({ quiet: true });
  out.line("timeline");
  out.notice("mind");
  out.result(1, ["result"]);
  assert.deepEqual(texts, { stdout: "result\n", stderr: "" });
});

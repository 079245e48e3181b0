import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SDK_VERSION } from "./sdk-version.ts";

test("SDK_VERSION is the manifest's", () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.equal((manifest as { version?: unknown }).version, SDK_VERSION);
});

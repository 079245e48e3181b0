import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { environmentKeys, staticKeys } from "@holdfast/sealing";
import { Holdfast, isHoldfastError } from "holdfast";
import { createSigningKey } from "../kit/test-keys.ts";

const KEY = createSigningKey();
const WHOLE = {
  HOLDFAST_SIGNING_KEY: KEY,
  HOLDFAST_EVENT_KEY: "event-key",
  HOLDFAST_BASE_URL: "https://holdfast.example",
};

/** Refused with a code and a sentence that names the setting and shows no key. */
function refused(variables: Readonly<Record<string, string | undefined>>, sentence: RegExp): void {
  assert.throws(
    () => new Holdfast({ id: "shop", variables }),
    (error) => {
      assert.ok(isHoldfastError(error), String(error));
      assert.match(error.code, /^(?:config|key)_invalid$/);
      assert.match(error.message, sentence);
      assert.ok(!error.message.includes(KEY.slice(-20)));
      return true;
    },
  );
}

describe("an app with a setting that is missing or means nothing", { timeout: 60_000 }, () => {
  it("32.E5 starts when nothing is missing", () => {
    assert.equal(new Holdfast({ id: "shop", variables: WHOLE }).id, "shop");
  });

  it("32.E5 does not start without a signing key, or with one that is none", () => {
    refused({ ...WHOLE, HOLDFAST_SIGNING_KEY: undefined }, /HOLDFAST_SIGNING_KEY/);
    refused({ ...WHOLE, HOLDFAST_SIGNING_KEY: "" }, /HOLDFAST_SIGNING_KEY/);
    refused({ ...WHOLE, HOLDFAST_SIGNING_KEY: "password" }, /HOLDFAST_SIGNING_KEY/);
  });

  it("32.E5 does not start without its server's origin, or with one over which keys travel in clear", () => {
    refused({ ...WHOLE, HOLDFAST_BASE_URL: undefined }, /HOLDFAST_BASE_URL/);
    refused({ ...WHOLE, HOLDFAST_BASE_URL: "holdfast.example" }, /HOLDFAST_BASE_URL/);
    refused({ ...WHOLE, HOLDFAST_BASE_URL: "http://holdfast.example" }, /HOLDFAST_BASE_URL/);
  });

  it("32.E5 does not start in a mode that nobody knows: nearly right does not switch verification off", () => {
    for (const value of ["yes", "TRUE", "on", "dev", "production", "https://holdfast.example"])
      refused({ ...WHOLE, HOLDFAST_DEV: value }, /HOLDFAST_DEV/);
    refused({ ...WHOLE, HOLDFAST_SIGNATURES: "strickt" }, /HOLDFAST_SIGNATURES/);
    refused({ ...WHOLE, HOLDFAST_STREAMING: "maybe" }, /HOLDFAST_STREAMING/);
  });

  it("32.E5 ends as a process, before it listens", () => {
    const program = `
      const { Holdfast } = await import("holdfast");
      const { createServer } = await import("holdfast/node");
      const client = new Holdfast({ id: "shop" });
      createServer({ client, functions: [] }).listen(0, () => console.log("listens"));
    `;
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      ["-C", "@holdfast/source", "--input-type=module", "-e", program],
      { cwd: import.meta.dirname, env: { PATH: process.env["PATH"] }, encoding: "utf8", timeout: 20_000 },
    );
    assert.notEqual(status, 0);
    assert.match(stderr, /config_invalid|HOLDFAST_/);
    assert.doesNotMatch(stdout, /listens/);
  });

  it("32.E5 has no seal without a key, so that nothing leaves in clear instead", () => {
    const variable = "SEALING_KEYS_OF_THIS_TEST";
    assert.throws(
      () => environmentKeys({ variable, variables: {} }),
      (error) => error instanceof Error && error.message.includes(variable),
    );
    assert.throws(() => staticKeys(""), /key/);
    assert.throws(() => staticKeys("a passphrase"), /key/);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { boundStage } from "../execution/testing/bound-stage.ts";
import { passThrough } from "../payloads/pass-through.ts";
import type { EndpointOptions } from "./contract.ts";
import { endpointSettings } from "./settings.ts";

describe("endpointSettings()", () => {
  it("fills in what is left out", () => {
    assert.deepEqual(endpointSettings({ stage: passThrough }, {}), {
      functionId: "",
      retries: 4,
      asyncResponse: "redirect",
      asyncRedirectUrl: null,
    });
  });

  for (const options of [
    { retries: -1 },
    { retries: 21 },
    { retries: 1.5 },
    { retries: "3" },
    { functionId: "a\nb" },
    { functionId: "x".repeat(257) },
    { asyncResponse: "none" },
    { asyncRedirectUrl: "outcome" },
    { asyncRedirectUrl: "//evil.example/" },
    { asyncRedirectUrl: "/\\evil.example/" },
    { asyncRedirectUrl: "javascript:alert(1)" },
    { asyncRedirectUrl: "https://a:b@shop.example/" },
    { retrys: 1 },
  ]) {
    const [name] = Object.keys(options);
    it(`refuses ${JSON.stringify(options)}, and names the option`, () => {
      assert.throws(
        // What callers without types may write.
        () => endpointSettings({ stage: passThrough }, options as EndpointOptions),
        (error) => isHoldfastError(error, "function_invalid") && error.details["option"] === name,
      );
    });
  }

  it("refuses an endpoint of a client that seals and has no proxy to open outcomes", () => {
    const stage = boundStage();
    assert.throws(
      () => endpointSettings({ stage }, {}),
      (error) => isHoldfastError(error, "function_invalid") && error.message.includes("endpointProxy"),
    );
    assert.equal(endpointSettings({ stage }, { asyncRedirectUrl: "/outcome" }).asyncRedirectUrl, "/outcome");
  });
});

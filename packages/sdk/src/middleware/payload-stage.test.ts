import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { passThrough } from "../payloads/pass-through.ts";
import type { Middleware } from "./contract.ts";
import { payloadStage, refusePayloadStage } from "./payload-stage.ts";

const info = { app: "shop", environment: "test" };
const sealing: Middleware = { id: "sealing", payloads: () => ({ ...passThrough, isSealing: true }) };

describe("payloadStage()", () => {
  it("is the one that a middleware brings, told where it stands", () => {
    const asked: unknown[] = [];
    const noting: Middleware = {
      ...sealing,
      payloads(at) {
        asked.push(at);
        return { ...passThrough, isSealing: true };
      },
    };
    assert.equal(payloadStage([{ id: "other" }, () => noting], info).isSealing, true);
    assert.deepEqual(asked, [info]);
  });

  it("hands values through when no middleware brings one", () => {
    assert.equal(payloadStage([{ id: "other" }], info), passThrough);
  });

  it("is refused when two bring one", () => {
    assert.throws(
      () => payloadStage([sealing, () => ({ ...sealing, id: "second" })], info),
      (error) => isHoldfastError(error, "config_invalid") && /sealing and second both/.test(error.message),
    );
  });
});

describe("refusePayloadStage()", () => {
  it("refuses a stage among a function's own middleware", () => {
    assert.throws(
      () => refusePayloadStage([sealing], "ship"),
      (error) => isHoldfastError(error, "function_invalid"),
    );
    refusePayloadStage([{ id: "other" }], "ship");
  });
});

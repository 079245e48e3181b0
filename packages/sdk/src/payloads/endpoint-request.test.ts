import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { boundStage, MisplacedError } from "../execution/testing/bound-stage.ts";
import type { EndpointRequestData } from "./endpoint-request.ts";
import { endpointId, openEndpointRequest, sealEndpointRequest } from "./endpoint-request.ts";
import { passThrough } from "./pass-through.ts";

const PLACE = { environment: "", app: "shop", functionId: "pay", runId: "01J00000000000000000000000" };
const DATA: EndpointRequestData = {
  app: "shop",
  domain: "https://shop.example",
  method: "POST",
  path: "/pay",
  fn: "pay",
  ip: "canary",
  content_type: "text/canary",
  query_params: "q=canary",
  body: "canary",
  is_streamed: false,
};

describe("sealEndpointRequest()", () => {
  it("leaves in sight what the server must know to repeat the request, and nothing else", async () => {
    const sealed = await sealEndpointRequest(DATA, boundStage(), PLACE);
    assert.ok(!JSON.stringify(sealed).includes("canary"));
    const { app, domain, fn, method, path } = sealed;
    assert.deepEqual(
      { app, domain, fn, method, path },
      { app: "shop", domain: DATA.domain, fn: "pay", method: "POST", path: "/pay" },
    );
    assert.deepEqual(await openEndpointRequest({ ...sealed }, boundStage(), PLACE), DATA);
  });

  it("does nothing where nothing is sealed, though the body may look as if it were", async () => {
    const lookalike = { ...DATA, body: '{"ip":"x","content_type":"x","query_params":"x","body":"x"}' };
    assert.deepEqual(await sealEndpointRequest(lookalike, passThrough, PLACE), lookalike);
    assert.deepEqual(await openEndpointRequest({ ...lookalike }, passThrough, PLACE), lookalike);
  });

  it("is opened for its own run and endpoint alone, and never in clear", async () => {
    const sealed = await sealEndpointRequest(DATA, boundStage(), PLACE);
    for (const place of [
      { ...PLACE, runId: "01J00000000000000000000001" },
      { ...PLACE, functionId: "refund" },
      { ...PLACE, app: "other" },
    ]) {
      await assert.rejects(openEndpointRequest({ ...sealed }, boundStage(), place), MisplacedError);
    }
    await assert.rejects(openEndpointRequest({ ...DATA }, boundStage(), PLACE), MisplacedError);
  });
});

describe("endpointId()", () => {
  it("is the endpoint's own, or its method and path", () => {
    assert.equal(endpointId(DATA), "pay");
    assert.equal(endpointId({ ...DATA, fn: "" }), "POST /pay");
  });
});

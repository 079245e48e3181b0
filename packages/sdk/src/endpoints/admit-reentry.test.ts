import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAudience, parseSigningKey } from "@holdfast/protocol";
import { clientOf } from "../execution/testing/client-of.ts";
import type { SignatureMode } from "../signatures/contract.ts";
import type { Signing, WireRequest } from "../signatures/testing/server-request.ts";
import { signedRequest } from "../signatures/testing/server-request.ts";
import { testWorld } from "../signatures/testing/test-world.ts";
import { createVerifier } from "../signatures/verifier.ts";
import { admitReentry, claimsReentry } from "./admit-reentry.ts";

const NOW = 1_800_000_000_000;
const KEY = parseSigningKey(`signkey-test-${"ab".repeat(32)}`);
const RUN = "01J00000000000000000000000";
const AGAIN: WireRequest = {
  method: "PATCH",
  target: "/pay?a=b",
  headers: { "x-run-id": RUN, "x-request-id": "r", "x-inngest-force-step-plan": "false" },
  body: "text",
};
const SIGNING: Signing = {
  key: KEY,
  atMs: NOW,
  tag: "endpoint",
  audience: formatAudience({ environment: "", app: "" }),
};

/** What a request comes to at an app with the key: a scheme, or why it is refused. */
async function judged(request: WireRequest, mode: SignatureMode = "auto"): Promise<string> {
  const verifier = createVerifier({ keys: [KEY], mode, world: testWorld(NOW), app: "shop", environment: "" });
  const client = clientOf({ mode: "production", verifier });
  const { body, headers, method, target } = request;
  const arrived = new Request(`https://shop.example${target}`, { method, headers, body });
  const admission = await admitReentry(client, arrived, target);
  return admission.isAdmitted ? (admission.verdict?.scheme ?? "none") : admission.reason;
}

describe("admitReentry()", () => {
  it("admits what is signed for the purpose, over the body of every method", async () => {
    const signed = signedRequest(AGAIN, SIGNING);
    assert.equal(await judged(signed), "v2");
    assert.equal(await judged({ ...signed, body: "other" }), "digest");
    assert.equal(await judged({ ...signed, body: "" }), "digest");
  });

  it("refuses a call of a function, which is signed for another purpose", async () => {
    const { "x-inngest-force-step-plan": _plan, ...headers } = AGAIN.headers;
    const audience = formatAudience({ environment: "", app: "shop" });
    const call = signedRequest({ ...AGAIN, headers }, { ...SIGNING, tag: "call", audience });
    assert.equal(await judged(call), "purpose");
  });

  it("refuses what names no run", async () => {
    const headers = { ...AGAIN.headers, "x-run-id": "../../v1/apps" };
    assert.equal(await judged(signedRequest({ ...AGAIN, headers }, SIGNING)), "no run");
  });

  it("takes the protocol's own signature over no body, which it is for other methods than POST and PUT", async () => {
    const {
      signature: _value,
      "signature-input": _input,
      ...headers
    } = signedRequest({ ...AGAIN, body: "" }, SIGNING).headers;
    assert.equal(await judged({ ...AGAIN, headers }), "compat");
    assert.equal(await judged({ ...AGAIN, headers, method: "POST" }), "mismatch");
    assert.equal(await judged({ ...AGAIN, headers }, "strict"), "missing");
  });
});

describe("claimsReentry()", () => {
  it("is said by the header of a run with that of a signature, and by neither alone", () => {
    const claims = (headers: Record<string, string>): boolean => claimsReentry(new Headers(headers));
    assert.ok(claims({ "x-run-id": RUN, "x-inngest-signature": "" }));
    assert.ok(claims({ "x-run-id": RUN, "signature-input": "" }));
    assert.ok(!claims({ "x-run-id": RUN }));
    assert.ok(!claims({ "x-inngest-signature": "t=1&s=00" }));
  });
});

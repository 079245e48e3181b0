import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalJson, LIMITS } from "@holdfast/protocol";
import type { EgressOutcome } from "#egress";
import type { GatewayReply } from "./gateway-reply.ts";
import { readGatewayReply } from "./gateway-reply.ts";

const URL = "https://api.example.com/v1";
const answered = (status: number, body: string): EgressOutcome => ({
  kind: "answered",
  status,
  headers: { "content-type": "text/plain", vary: "a, b" },
  body,
});

function failure(reply: GatewayReply): GatewayReply & { kind: "failed" } {
  assert.ok(reply.kind === "failed", JSON.stringify(reply));
  return reply;
}

function memo(reply: GatewayReply): string {
  assert.ok(reply.kind === "done", JSON.stringify(reply));
  return reply.memo;
}

describe("readGatewayReply(): Gateway", () => {
  it("takes any status for a result, with the body as text even where it is JSON", () => {
    for (const status of [200, 404, 500]) {
      const text = memo(readGatewayReply("Gateway", URL, answered(status, '{"a":1}')));
      assert.equal(text, canonicalJson(JSON.parse(text)));
      assert.deepEqual(JSON.parse(text), {
        data: {
          body: '{"a":1}',
          headers: { "content-type": "text/plain", vary: "a, b" },
          status_code: status,
          url: URL,
        },
      });
    }
  });

  it("takes only a failure of the transport for one, to be tried again", () => {
    const outcome = { kind: "failed", code: "unreachable", message: "nobody there", status: null } as const;
    assert.deepEqual(readGatewayReply("Gateway", URL, outcome), {
      kind: "failed",
      error: { name: "GatewayError", message: "nobody there" },
      isFinal: false,
    });
    assert.equal(failure(readGatewayReply("AIGateway", URL, outcome)).error.name, "AIGatewayError");
  });

  it("gives up at once on an answer that is too large to keep", () => {
    const reply = failure(
      readGatewayReply("Gateway", URL, answered(200, "x".repeat(LIMITS.stepOutputBytes))),
    );
    assert.equal(reply.error.name, "StepOutputTooLarge");
    assert.equal(reply.isFinal, true);
  });
});

describe("readGatewayReply(): AIGateway", () => {
  it("gives the provider's JSON as it is, in canonical form, and other bodies as text", () => {
    assert.equal(
      memo(readGatewayReply("AIGateway", URL, answered(200, '{"b":1,"a":[]}'))),
      '{"data":{"a":[],"b":1}}',
    );
    assert.equal(memo(readGatewayReply("AIGateway", URL, answered(299, "hi"))), '{"data":"hi"}');
  });

  it("takes a status above 299 for a failure that tells what the provider said", () => {
    for (const status of [300, 429, 500]) {
      const { error, isFinal } = failure(
        readGatewayReply("AIGateway", URL, answered(status, '{"why":"quota"}')),
      );
      assert.equal(error.name, "AIGatewayError");
      assert.deepEqual(error.data, { why: "quota" });
      assert.equal(error.stack, '{"why":"quota"}');
      assert.match(error.message, new RegExp(String(status)));
      assert.equal(isFinal, false);
    }
  });

  it("gives errors that can be kept, whatever the provider sends", () => {
    for (const body of [
      "1e999",
      `${"[".repeat(600)}${"]".repeat(600)}`,
      '"\\ud800"',
      "😀".repeat(3000),
      "\u0000",
    ]) {
      for (const status of [200, 500]) {
        const reply = readGatewayReply("AIGateway", URL, answered(status, body));
        assert.doesNotThrow(() => (reply.kind === "failed" ? canonicalJson(reply.error) : reply.memo));
      }
    }
  });
});

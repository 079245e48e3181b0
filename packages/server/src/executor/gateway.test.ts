import assert from "node:assert/strict";
import { it } from "node:test";
import type { Egress } from "#egress";
import { makeRequest } from "./gateway.ts";

it("makeRequest() sends nothing that is refused by now, and fails the step for good", async () => {
  const egress: Egress = {
    send: () => Promise.reject(new Error("nothing may be sent")),
    close: () => Promise.resolve(),
  };
  const error = { name: "plaintext_refused", message: "refused", noRetry: true };
  const planned = { name: "ask", data: '{"op":"Gateway","opts":{"url":"https://x.example","body":"b"}}' };
  const seen: unknown[] = [];
  const made = await makeRequest(planned, egress, new AbortController().signal, (opts) => {
    seen.push(opts);
    return error;
  });
  assert.deepEqual(made, { op: "Gateway", reply: { kind: "failed", error, isFinal: true } });
  assert.deepEqual(seen, [{ url: "https://x.example", body: "b" }]);
});

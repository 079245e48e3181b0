import assert from "node:assert/strict";
import { test } from "node:test";
import { streamValues } from "./stream-values.ts";

const values = (text: string): readonly unknown[] => streamValues(text).map(({ value }) => value);
const frame = (event: string, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

test("streamValues() gives what the app says, and nothing for a frame that says only where the run is", () => {
  const text =
    frame("inngest.metadata", { runId: "r" }) +
    frame("inngest.stream", { data: { word: "secret" }, hashedStepId: "a" }) +
    ":\n\n" +
    frame("inngest.commit", { hashedStepId: null }) +
    frame("inngest.response", { status: "succeeded", response: { body: "secret" } });
  assert.deepEqual(values(text), [undefined, { word: "secret" }, undefined, { body: "secret" }]);
});

test("streamValues() hands back a frame of any other form, which could hold anything", () => {
  for (const text of [
    "secret",
    "data: secret\n\n",
    "event: inngest.stream\ndata: {}\ndata: secret\n\n",
    "event: secret\ndata: {}\n\n",
    "id: secret\nevent: inngest.commit\ndata: {}\n\n",
    ": secret\n\n",
    "event: inngest.commit\r\ndata: {}\r\n\r\n",
    frame("inngest.commit", { hashedStepId: "a", note: "secret" }),
    frame("inngest.commit", { hashedStepId: { note: "secret" } }),
    frame("inngest.stream", { data: null, extra: "secret" }),
    frame("inngest.stream", ["secret"]),
    frame("toString", {}),
    frame("inngest.redirect_info", { url: "x".repeat(2049) }),
  ]) {
    assert.equal(typeof values(text)[0], "string", text);
  }
});

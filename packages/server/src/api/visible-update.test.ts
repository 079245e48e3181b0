import assert from "node:assert/strict";
import { it } from "node:test";
import type { EventId, FunctionId, RunId } from "@holdfast/protocol";
import type { Update } from "#realtime";
import { visibleUpdate } from "./visible-update.ts";

const update = (kind: "step.completed" | "step.requesting", data: string): Update & { kind: "journal" } => ({
  kind: "journal",
  runId: "r" as RunId,
  functionId: "f" as FunctionId,
  eventId: "e" as EventId,
  entry: {
    seq: 1,
    kind,
    at: 1,
    stepId: null,
    name: null,
    op: null,
    attempt: 0,
    queuedAt: null,
    startedAt: null,
    data,
  },
});

it("visibleUpdate() has payloads for those who ask for them", () => {
  const finished = update("step.completed", '{"data":1}');
  assert.equal(visibleUpdate(finished, true), finished);
  assert.deepEqual(visibleUpdate(finished, false), { ...finished, entry: { ...finished.entry, data: null } });
});

it("visibleUpdate() never shows a request that the server makes, for it may carry a provider's key", () => {
  const requesting = update("step.requesting", '{"op":"AIGateway","opts":{"auth_key":"sk-secret"}}');
  assert.ok(!JSON.stringify(visibleUpdate(requesting, true)).includes("sk-secret"));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { DraftOp } from "./draft-op.ts";
import { passThrough } from "./pass-through.ts";
import { writeFailure, writeOps, writeOutput } from "./write-ops.ts";

const run = { environment: "", app: "shop", functionId: "ship", runId: "r1", replyTo: null };
const passage = { stage: passThrough, run, classes: new Map() };
const step = { id: "s1", userlandId: "a", displayName: "A" };
const work = { ...step, type: null, input: null };

/** One op of every code. The compiler asks for each. */
const OPS: { readonly [Code in DraftOp["op"]]: DraftOp & { readonly op: Code } } = {
  StepPlanned: { ...work, op: "StepPlanned" },
  StepRun: { ...work, op: "StepRun", data: 1, notes: [{ kind: "k", values: { v: 1 } }] },
  StepError: { ...work, op: "StepError", error: new Error("no") },
  StepFailed: { ...work, op: "StepFailed", error: "no" },
  Sleep: { ...step, op: "Sleep", until: "1h" },
  WaitForEvent: { ...step, op: "WaitForEvent", event: "e", timeout: "1h", condition: null, lookBack: null },
  WaitForSignal: { ...step, op: "WaitForSignal", signal: "go", timeout: "1h", conflict: "fail" },
  InvokeFunction: {
    ...step,
    op: "InvokeFunction",
    app: "shop",
    functionId: "bill",
    data: {},
    version: null,
    meta: undefined,
    timeout: null,
  },
  Gateway: { ...step, op: "Gateway", request: { url: "u", method: "GET", headers: {}, body: null } },
  AIGateway: {
    ...step,
    op: "AIGateway",
    request: { url: "u", headers: {}, authKey: "k", format: "anthropic", body: {} },
  },
  DeferAdd: { ...step, op: "DeferAdd", app: "shop", functionId: "survey", data: {}, meta: undefined },
  DeferAbort: { ...step, op: "DeferAbort", target: "s0" },
  RunComplete: { op: "RunComplete", id: "s1", data: { x: 1 } },
  DiscoveryRequest: { op: "DiscoveryRequest", id: "s1" },
};

test("an op is written by its list of fields: what else an object carries goes nowhere", async () => {
  const extra = { more: ["canary"], middleware: { key: "canary" }, context: "canary", toJSON: undefined };
  for (const op of Object.values(OPS)) {
    const written = await writeOps([{ ...op, ...extra }], passage);
    assert.equal(written.includes("canary"), false, op.op);
    assert.equal(written, await writeOps([op], passage), op.op);
    assert.equal(JSON.parse(written)[0].op, op.op);
  }
});

test("an error is written by the fields of an error", async () => {
  const stage = {
    ...passThrough,
    sealError: (error: object) => ({ name: "Error", message: "sealed", ...error, canary: true }),
  };
  const error = Object.assign(new Error("no"), { config: "canary" });
  assert.equal(
    (await writeOps([{ ...work, op: "StepFailed", error }], { ...passage, stage })).includes("canary"),
    false,
  );
  assert.equal((await writeFailure(error, { ...passage, stage })).includes("canary"), false);
});

test("a stage that gives nothing leaves null, since a result is never absent", async () => {
  const stage = { ...passThrough, seal: () => undefined };
  assert.equal(await writeOutput(1, { ...passage, stage }), "null");
  assert.equal(
    JSON.parse(await writeOps([OPS.StepRun, OPS.RunComplete], { ...passage, stage }))[1].data,
    null,
  );
});

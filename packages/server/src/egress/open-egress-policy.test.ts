import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditAct } from "@holdfast/protocol";
import { canonicalJson } from "@holdfast/protocol";
import { createMemoryDisk } from "#store";
import { OPERATOR } from "../vault/testing/world.ts";
import { openEgressPolicy } from "./open-egress-policy.ts";
import type { EgressPolicy } from "./policy-contract.ts";

const CONFIGURED: EgressPolicy = { mode: "public", allow: ["app.internal"], plainHttp: ["app.internal"] };

function environment() {
  const store = createMemoryDisk().takeOver();
  const open = (configured = CONFIGURED) =>
    openEgressPolicy({
      administration: store.administration,
      draft: (act: AuditAct) => ({ at: 0, text: canonicalJson(act), openings: null }),
      configured,
    });
  const acts = async () =>
    (await store.audit.entries({ after: 0, limit: 10 })).map(({ text }) => JSON.parse(text) as AuditAct);
  return { open, acts, store };
}

test("what the settings say holds, until operators add to it; both outlive a restart", async () => {
  const { acts, open } = environment();
  const policy = await open();
  const none = { timeoutMs: null, answerBytes: null, concurrency: null };
  assert.deepEqual(policy.get(), { ...CONFIGURED, limits: none });
  const limits = { timeoutMs: 2000, answerBytes: 4096, concurrency: 3 };
  const decided: EgressPolicy = {
    mode: "listed",
    allow: ["10.0.0.0/8", "app.internal"],
    plainHttp: ["old.internal"],
    limits,
  };
  const together = {
    mode: "listed",
    allow: ["app.internal", "10.0.0.0/8"],
    plainHttp: ["app.internal", "old.internal"],
    limits,
  };
  assert.deepEqual(await policy.set(OPERATOR, decided), together);
  assert.deepEqual([policy.rules().mode, policy.rules().allow.length], ["listed", 2]);
  assert.deepEqual(policy.rules().limits, limits);
  assert.deepEqual((await open()).get(), together);
  const others = { mode: "any", allow: [], plainHttp: [] } as const;
  assert.deepEqual((await open(others)).get(), decided, "what was decided counts before the settings");
  assert.deepEqual((await acts())[0]?.changes, {
    mode: { from: "public", to: "listed" },
    allow: { from: ["app.internal"], to: ["10.0.0.0/8", "app.internal"] },
    plain_http: { from: ["app.internal"], to: ["old.internal"] },
    timeout_ms: { from: null, to: 2000 },
    answer_bytes: { from: null, to: 4096 },
    concurrency: { from: null, to: 3 },
  });
});

test("limits of the settings count where what operators decided says nothing of any", async () => {
  const { open, store } = environment();
  const limits = { timeoutMs: 3000, answerBytes: null, concurrency: 7 };
  assert.deepEqual((await open({ ...CONFIGURED, limits })).get().limits, limits);
  // As it was written before there were limits.
  const body = JSON.stringify({ mode: "listed", allow: [], plainHttp: [] });
  await store.administration.commit({
    changes: [{ kind: "egress-policy", id: "policy", expectedRevision: 0, body }],
    audit: [{ at: 0, text: "{}", openings: null }],
  });
  const policy = (await open({ ...CONFIGURED, limits })).get();
  assert.deepEqual([policy.mode, policy.limits], ["listed", limits]);
});

test("what is no policy is refused and changes nothing; of two who change it at once one is told", async () => {
  const { acts, open } = environment();
  const policy = await open();
  await assert.rejects(policy.set(OPERATOR, { ...CONFIGURED, allow: ["10.0.0.0/"] }), {
    code: "request_invalid",
  });
  await assert.rejects(
    policy.set(OPERATOR, { ...CONFIGURED, limits: { timeoutMs: 1, answerBytes: null, concurrency: null } }),
    { code: "request_invalid" },
  );
  assert.deepEqual([policy.get().allow, (await acts()).length], [CONFIGURED.allow, 0]);
  const late = await open();
  await policy.set(OPERATOR, { ...CONFIGURED, mode: "listed" });
  await policy.set(OPERATOR, { ...CONFIGURED, mode: "public" });
  await assert.rejects(late.set(OPERATOR, { ...CONFIGURED, mode: "any" }), { code: "conflict" });
  assert.equal(late.get().mode, "public");
  await assert.rejects(open({ ...CONFIGURED, allow: ["no entry at all"] }), { code: "request_invalid" });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditAct } from "@holdfast/protocol";
import { canonicalJson } from "@holdfast/protocol";
import { createMemoryDisk } from "#store";
import { openApprovedOrigins } from "./approved-origins.ts";
import { OPERATOR } from "./vault/testing/world.ts";

function environment() {
  const store = createMemoryDisk().takeOver();
  const open = () =>
    openApprovedOrigins({
      administration: store.administration,
      draft: (act: AuditAct) => ({ at: 0, text: canonicalJson(act), openings: null }),
    });
  const changes = async () =>
    (await store.audit.entries({ after: 0, limit: 10 })).map(
      ({ text }) => (JSON.parse(text) as AuditAct).changes,
    );
  return { open, changes };
}

test("A-090 an origin is approved for one app, in the place of the one before, and outlives a restart", async () => {
  const { changes, open } = environment();
  const origins = await open();
  assert.equal(origins.has("shop", "https://a.example"), false);
  await origins.approve(OPERATOR, "shop", "https://a.example");
  await origins.approve(OPERATOR, "shop", "https://b.example:8443");
  for (const each of [origins, await open()])
    assert.deepEqual(
      [
        each.has("shop", "https://a.example"),
        each.has("shop", "https://b.example:8443"),
        each.has("other", "https://b.example:8443"),
      ],
      [false, true, false],
    );
  assert.deepEqual(await changes(), [
    { origin: { from: null, to: "https://a.example" } },
    { origin: { from: "https://a.example", to: "https://b.example:8443" } },
  ]);
});

test("what is no origin is not approved, and of two who approve at once one is told", async () => {
  const { changes, open } = environment();
  const [origins, late] = [await open(), await open()];
  for (const origin of [
    "",
    "a.example",
    "https://a.example/",
    "https://a.example/api",
    "ftp://a.example",
    "null",
  ])
    await assert.rejects(origins.approve(OPERATOR, "shop", origin), { code: "request_invalid" }, origin);
  await origins.approve(OPERATOR, "shop", "https://a.example");
  await assert.rejects(late.approve(OPERATOR, "shop", "https://evil.example"), { code: "conflict" });
  assert.equal(late.has("shop", "https://evil.example"), false);
  assert.equal((await changes()).length, 1);
});

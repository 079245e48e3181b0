import assert from "node:assert/strict";
import { test } from "node:test";
import { bearerToken, hmacKey, parseSigningKey, signMessage } from "@holdfast/protocol";
import { nodeDigest, systemRandom } from "#kernel";
import { createKeys, createNonceLedger } from "#keys";
import type { RequestFacts } from "./choose-environment.ts";
import { branchIn, chooseEnvironment } from "./choose-environment.ts";

const SIGNING = {
  production: `signkey-prod-${"a1".repeat(32)}`,
  staging: `signkey-staging-${"b2".repeat(32)}`,
};
const EVENT = { production: "event-key-of-production", staging: "event-key-of-staging" };

const owners = (["production", "staging"] as const).map((name) => ({
  name,
  id: `id-of-${name}`,
  keys: createKeys({ signingKeys: [SIGNING[name]], eventKeys: [EVENT[name]], digest: nodeDigest }),
}));

function chosen(target: string, headers: Readonly<Record<string, string>> = {}): string | null {
  const request: RequestFacts = { method: "POST", target, header: (name) => headers[name] ?? null };
  return chooseEnvironment(request, owners, 0)?.name ?? null;
}

const hashed = (key: string): string => `Bearer ${bearerToken(parseSigningKey(key), nodeDigest)}`;

/** A token as far as its reader goes before anybody verifies it. */
const token = (env: unknown): string =>
  ["{}", JSON.stringify({ env }), "x"].map((part) => Buffer.from(part).toString("base64url")).join(".");

test("A-160 an event belongs to the environment whose key its path has, whatever else it says", () => {
  assert.equal(chosen(`/e/${EVENT.staging}`), "staging");
  assert.equal(chosen(`/e/${EVENT.production}?env=staging`, { "x-inngest-env": "staging" }), "production");
  assert.equal(chosen(`/e/${EVENT.production}`, { authorization: hashed(SIGNING.staging) }), "production");
  assert.equal(chosen("/e/unknown", { authorization: hashed(SIGNING.staging) }), null);
  assert.equal(chosen("/e/%zz"), null);
});

test("A-032 a call belongs to the environment whose signing key it shows, raw or hashed", () => {
  assert.equal(chosen("/v1/events", { authorization: hashed(SIGNING.staging) }), "staging");
  assert.equal(chosen("/v1/events", { authorization: `Bearer ${SIGNING.production}` }), "production");
  assert.equal(
    chosen("/v1/events", { authorization: hashed(SIGNING.staging), "x-inngest-env": "production" }),
    "staging",
  );
});

test("A-032 a signed request belongs to the environment whose key signed it, whatever bearer stands beside", () => {
  const NOW = 1_800_000_000_000;
  const target = "/v1/checkpoint/run/async";
  const signing = (["production", "staging"] as const).map((name) => ({
    name,
    id: `id-of-${name}`,
    keys: createKeys({
      signingKeys: [SIGNING[name]],
      eventKeys: [],
      digest: nodeDigest,
      v2: { random: systemRandom, ledger: createNonceLedger() },
    }),
  }));
  const signedBy = (key: string, more: Readonly<Record<string, string>> = {}) => {
    const headers: Record<string, string> = {
      ...signMessage(
        {
          tag: "api",
          message: { kind: "request", method: "POST", target, header: () => null },
          body: "{}",
          audience: "/shop",
          nonce: "AAECAwQFBgcICQoLDA0ODw",
          nowMs: NOW,
        },
        hmacKey(parseSigningKey(key), "app-to-server", nodeDigest),
        nodeDigest,
      ),
      ...more,
    };
    const request: RequestFacts = { method: "POST", target, header: (name) => headers[name] ?? null };
    return chooseEnvironment(request, signing, NOW)?.name ?? null;
  };
  assert.equal(signedBy(SIGNING.staging), "staging");
  assert.equal(signedBy(SIGNING.production), "production");
  assert.equal(signedBy(SIGNING.staging, { authorization: hashed(SIGNING.production) }), "staging");
  assert.equal(
    signedBy(`signkey-prod-${"c3".repeat(32)}`, { authorization: hashed(SIGNING.production) }),
    null,
  );
});

test("the prefix of a key says nothing: the key itself decides", () => {
  const relabelled = SIGNING.staging.replace("staging", "prod");
  assert.equal(chosen("/v1/events", { authorization: `Bearer ${relabelled}` }), "staging");
});

test("a request without a key, with an unknown one or with a broken header is nobody's", () => {
  assert.equal(chosen("/v1/events"), null);
  assert.equal(chosen("/v1/events", { authorization: `Bearer ${"c3".repeat(32)}` }), null);
  assert.equal(chosen("/v1/events", { authorization: "Basic abc" }), null);
});

test("a token of a run leads to the environment it names, which is the one to verify it", () => {
  assert.equal(chosen(`/v1/realtime/sse?token=${token("id-of-staging")}`), "staging");
  assert.equal(chosen(`/v1/checkpoint/x/output?token=${token("staging")}`), "staging");
  assert.equal(
    chosen("/v1/realtime/publish", { authorization: `Bearer ${token("production")}` }),
    "production",
  );
  for (const env of ["elsewhere", 7, null, { name: "staging" }])
    assert.equal(chosen(`/v1/realtime/sse?token=${token(env)}`), null);
  assert.equal(chosen("/v1/realtime/sse?token=a.b.c"), null);
});

test("branchIn() takes an empty header for none", () => {
  const facts = (value: string | null): RequestFacts => ({ method: "GET", target: "/", header: () => value });
  assert.equal(branchIn(facts("feature/x")), "feature/x");
  assert.equal(branchIn(facts("")), null);
  assert.equal(branchIn(facts(null)), null);
});

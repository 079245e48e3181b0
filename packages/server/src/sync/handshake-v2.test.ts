import assert from "node:assert/strict";
import { test } from "node:test";
import type { SignedRequest } from "@holdfast/protocol";
import {
  hmacKey,
  parseServerKey,
  parseSigningKey,
  readSignature,
  sign,
  signMessage,
} from "@holdfast/protocol";
import { silentAuditLog } from "#audit";
import type { EgressOutcome, EgressRequest } from "#egress";
import { nodeDigest, silentLog, systemRandom } from "#kernel";
import { createKeys, createNonceLedger } from "#keys";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { SyncOutcome } from "./contract.ts";
import { createSync } from "./handshake.ts";
import { createEgressDouble, createRegistryDouble, sdkHeaders, steadyRandom } from "./testing/doubles.ts";

const KEY = parseSigningKey(`signkey-prod-${"ab".repeat(32)}`);
const NOW = 1_800_000_000_000;
const APP_URL = "http://shop.example/api/holdfast";

/** A request as it goes out: with what its hop adds. */
interface Hop {
  readonly request: EgressRequest;
  readonly headers: Readonly<Record<string, string>>;
  readonly nonce: string;
}

/** A server, and an app that answers each request as it is told. */
function setUp(answer: (hop: Hop) => EgressOutcome) {
  const hops: Hop[] = [];
  const clock = manualClock(NOW);
  const keys = createKeys({
    signingKeys: [`signkey-prod-${"ab".repeat(32)}`],
    eventKeys: [],
    digest: nodeDigest,
    v2: { random: systemRandom, ledger: createNonceLedger() },
  });
  const registry = createRegistryDouble();
  const sync = createSync({
    audit: silentAuditLog,
    egress: createEgressDouble((request) => {
      const headers = { ...request.headers, ...request.sign?.(new URL(request.url).pathname) };
      const nonce = /nonce="([^"]+)"/.exec(headers["signature-input"] ?? "")?.[1] ?? "";
      const hop = { request, headers, nonce };
      hops.push(hop);
      return answer(hop);
    }),
    registry,
    clock,
    virtualClock: clock,
    keys,
    random: steadyRandom,
    log: silentLog,
    serverKind: "cloud",
    urls: [],
    pollIntervalMs: null,
    discovery: false,
    ownPort: () => 8288,
  });
  return { sync, registry, hops, keys };
}

const BODY = JSON.stringify({
  app_id: "shop",
  url: APP_URL,
  sdk: "js:v0.1.0",
  functions: [],
  capabilities: { signatures: "v2" },
});
const OWN = { ...sdkHeaders, "x-inngest-sync-kind": "in_band" };

/** An in-band answer, signed as v2 has it for the request with this nonce. */
function signedAnswer(nonce: string, body = BODY): EgressOutcome & { readonly kind: "answered" } {
  const own: Readonly<Record<string, string>> = OWN;
  const header = (name: string): string | null => own[name] ?? null;
  const added = signMessage(
    { tag: "answer", message: { kind: "answer", status: 200, header }, body, nonce, nowMs: NOW },
    hmacKey(KEY, "app-answer", nodeDigest),
    nodeDigest,
  );
  return { kind: "answered", status: 200, headers: { ...own, ...added }, body };
}

const compatAnswer = (body = BODY): EgressOutcome => ({
  kind: "answered",
  status: 200,
  headers: { ...OWN, "x-inngest-signature": sign(body, KEY, NOW, nodeDigest) },
  body,
});

const BARE_401: EgressOutcome = {
  kind: "answered",
  status: 401,
  headers: { "content-type": "application/json" },
  body: '{"message":"Unauthorized"}',
};

const readBack = ({ headers, request }: Hop, tag: "sync" | "probe") => {
  const message: SignedRequest = {
    kind: "request",
    method: request.method,
    target: "/api/holdfast",
    header: (name) => headers[name] ?? null,
  };
  const reading = readSignature(message, tag, NOW);
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.signature;
};

test("sync() signs its PUT both ways, and takes in an answer that belongs to it", async () => {
  const { hops, registry, sync } = setUp(({ nonce }) => signedAnswer(nonce));
  assert.equal((await sync.sync(APP_URL)).ok, true);
  const [hop] = hops;
  assert.ok(hop);
  const { base, signature } = readBack(hop, "sync");
  assert.equal(hmacKey(KEY, "server-to-app", nodeDigest).matches(base, signature), true);
  assert.equal(hop.headers["holdfast-audience"], "/");
  assert.match(hop.headers["x-inngest-signature"] ?? "", /^t=/);
  assert.equal(registry.registrations.length, 1);
});

test("introspect() signs its GET as a probe", async () => {
  const { hops, sync } = setUp(() => ({ kind: "answered", status: 200, headers: sdkHeaders, body: "{}" }));
  assert.equal((await sync.introspect(APP_URL)).ok, true);
  const [hop] = hops;
  assert.ok(hop);
  const { base, signature } = readBack(hop, "probe");
  assert.equal(hmacKey(KEY, "server-to-app", nodeDigest).matches(base, signature), true);
});

for (const [what, answer, words] of [
  ["to another request", () => signedAnswer("AAECAwQFBgcICQoLDA0ODw"), /\(nonce\)/],
  [
    "of another body",
    ({ nonce }: Hop) => ({ ...signedAnswer(nonce), body: BODY.replace("shop", "evil") }),
    /\(digest\)/,
  ],
  ["of another status", ({ nonce }: Hop) => ({ ...signedAnswer(nonce), status: 201 }), /\(mismatch\)/],
  [
    "whose v2 signature was broken, though the protocol's own is good",
    ({ nonce }: Hop) => {
      const good = signedAnswer(nonce);
      const compat = { "x-inngest-signature": sign(BODY, KEY, NOW, nodeDigest) };
      return { ...good, headers: { ...good.headers, ...compat, signature: "holdfast=:AAAA:" } };
    },
    /\(profile\)/,
  ],
  [
    "signed as the protocol has it, by an app that says it signs v2",
    () => compatAnswer(),
    /takes headers away/,
  ],
  [
    "that is the request, sent back",
    ({ headers }: Hop) => ({ ...signedAnswer("x"), headers: { ...OWN, ...headers } }),
    /\(profile\)/,
  ],
] as const) {
  test(`sync() refuses an in-band answer ${what}, and takes nothing of it`, async () => {
    const { registry, sync } = setUp(answer);
    const outcome: SyncOutcome = await sync.sync(APP_URL);
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, "sig_verification_failed");
    assert.match(outcome.message, words);
    assert.deepEqual(registry.registrations, []);
  });
}

test("sync() takes an in-band answer of an SDK that knows the protocol's own signature only", async () => {
  const body = JSON.stringify({ app_id: "shop", url: APP_URL, sdk: "js:v4.24.0", functions: [] });
  const { registry, sync } = setUp(() => compatAnswer(body));
  assert.equal((await sync.sync(APP_URL)).ok, true);
  assert.equal(registry.registrations.length, 1);
});

test("sync() asks once more, under its public key, where an app cannot verify anything else", async () => {
  const { hops, keys, sync } = setUp((hop) =>
    hop.headers["signature-input"]?.includes('alg="ed25519"') === true ? signedAnswer(hop.nonce) : BARE_401,
  );
  assert.equal((await sync.sync(APP_URL)).ok, true);
  assert.equal(hops.length, 2);
  const [, second] = hops;
  assert.ok(second);
  const [publicKey = ""] = keys.v2?.publicKeys ?? [];
  assert.equal(readBack(second, "sync").keyId, parseServerKey(publicKey, nodeDigest).keyId);
});

test("sync() takes the refusal of an official SDK as it is, and does not ask again", async () => {
  const { hops, sync } = setUp(() => ({ ...BARE_401, headers: { "x-inngest-sdk-handled": "true" } }));
  assert.equal((await sync.sync(APP_URL)).ok, false);
  assert.equal(hops.length, 1);
});

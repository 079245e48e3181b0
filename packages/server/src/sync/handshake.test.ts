import assert from "node:assert/strict";
import { test } from "node:test";
import { silentAuditLog } from "#audit";
import type { EgressOutcome, EgressRequest } from "#egress";
import { nodeDigest, silentLog } from "#kernel";
import { parseSigningKey, sign } from "@holdfast/protocol";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { AppChange } from "./contract.ts";
import {
  createEgressDouble,
  createKeysDouble,
  createRegistryDouble,
  sdkHeaders,
  steadyRandom,
  unreachable,
} from "./testing/doubles.ts";
import { createSync } from "./handshake.ts";

const KEY = `signkey-prod-${"ab".repeat(32)}`;
const VIRTUAL_NOW = 1_800_000_000_000;
const APP_URL = "http://shop.example/api/inngest";

function setUp(
  answer: (request: EgressRequest) => EgressOutcome | Promise<EgressOutcome>,
  key: string | null = KEY,
  urls: string[] = [],
) {
  const registry = createRegistryDouble();
  const clock = manualClock(1_700_000_000_000);
  const egress = createEgressDouble(answer);
  const changes: AppChange[] = [];
  const sync = createSync({
    audit: silentAuditLog,
    egress,
    registry,
    clock,
    virtualClock: manualClock(VIRTUAL_NOW),
    keys: createKeysDouble(key),
    random: steadyRandom,
    log: silentLog,
    serverKind: "cloud",
    urls,
    pollIntervalMs: null,
    discovery: false,
    ownPort: () => 8288,
    onChange: (change) => changes.push(change),
  });
  return { registry, clock, egress, changes, sync };
}

const inBand = (body: unknown, clock: { now(): number }, key = KEY): EgressOutcome => {
  const text = JSON.stringify(body);
  return {
    kind: "answered",
    status: 200,
    headers: {
      ...sdkHeaders,
      "x-inngest-sync-kind": "in_band",
      "x-inngest-signature": sign(text, parseSigningKey(key), clock.now(), nodeDigest),
    },
    body: text,
  };
};
const outOfBand = (modified: boolean): EgressOutcome => ({
  kind: "answered",
  status: 200,
  headers: { ...sdkHeaders, "x-inngest-sync-kind": "out_of_band" },
  body: JSON.stringify({ message: "Successfully registered", modified }),
});
const shop = { app_id: "shop", url: APP_URL, sdk: "js:v4.24.0", functions: [{ id: "shop-a", name: "a" }] };
const registration = { appName: "shop", url: APP_URL, sdk: "js:v4.24.0", functions: [] };

test("sync() sends a signed PUT with exactly the URL, asks for an in-band answer and takes it in", async () => {
  const { sync, registry, egress, clock, changes } = setUp(() => inBand(shop, clock));
  assert.deepEqual(await sync.sync(APP_URL), { ok: true, appName: "shop", modified: true, kind: "in_band" });
  const [request] = egress.requests;
  assert.equal(request?.method, "PUT");
  assert.equal(request?.body, `{"url":"${APP_URL}"}`);
  assert.equal(request?.timeoutMs, 10_000);
  assert.deepEqual(request?.headers, {
    "content-type": "application/json",
    "x-inngest-server-kind": "cloud",
    "x-inngest-sync-kind": "in_band",
    "x-inngest-signature": sign(request?.body ?? "", parseSigningKey(KEY), clock.now(), nodeDigest),
  });
  assert.equal(registry.app("shop")?.url, APP_URL);
  // Schedules begin in the time of events and runs, not in the machine's.
  assert.equal(registry.app("shop")?.syncedAt, VIRTUAL_NOW);
  assert.deepEqual(changes, [
    {
      kind: "found",
      url: APP_URL,
      appName: "shop",
      functionCount: 1,
      sdk: "js:v4.24.0",
      framework: null,
      reason: null,
    },
  ]);
});

test("sync() repeated with nothing new writes nothing and says nothing", async () => {
  const { sync, registry, clock, changes } = setUp(() => inBand(shop, clock));
  await sync.sync(APP_URL);
  await clock.advance(1000);
  assert.deepEqual(await sync.sync(APP_URL), { ok: true, appName: "shop", modified: false, kind: "in_band" });
  assert.deepEqual(registry.noted, []);
  assert.equal(changes.length, 1);
});

for (const [title, headers, words] of [
  ["unsigned", {}, /is not signed/],
  ["signed with another key", { key: `signkey-prod-${"cd".repeat(32)}` }, /a key this server does not have/],
  ["signed long ago", { skewMs: -400_000 }, /more than 5 minutes/],
] as const) {
  test(`sync() refuses an in-band answer that is ${title}, and takes nothing of it`, async () => {
    const { sync, registry, clock } = setUp(() => {
      const now = clock.now() + ("skewMs" in headers ? headers.skewMs : 0);
      const answer = inBand(shop, { now: () => now }, "key" in headers ? headers.key : KEY);
      if (title !== "unsigned" || answer.kind !== "answered") return answer;
      return { ...answer, headers: { ...sdkHeaders, "x-inngest-sync-kind": "in_band" } };
    });
    const outcome = await sync.sync(APP_URL);
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, "sig_verification_failed");
    assert.match(outcome.message, words);
    assert.deepEqual(registry.registrations, []);
  });
}

test("sync() passes on why the registry refuses a registration", async () => {
  const { sync, clock, changes } = setUp(() =>
    inBand({ ...shop, functions: [{ id: "x", name: "bad" }] }, clock),
  );
  const outcome = await sync.sync(APP_URL);
  assert.ok(!outcome.ok);
  assert.equal(outcome.code, "config_invalid");
  assert.match(outcome.message, /At least one function is invalid/);
  assert.deepEqual(
    changes.map(({ kind, reason }) => [kind, reason?.code]),
    [["refused", "config_invalid"]],
  );
});

test("sync() recognises the app that registered by itself meanwhile, also under another address", async () => {
  const { sync, registry, clock, egress } = setUp(async () => {
    const known = registry.app("shop");
    const outcome = await registry.register(
      { ...registration, url: "https://public.example/x" },
      clock.now(),
    );
    return outOfBand(outcome.ok && outcome.modified && known === null);
  });
  assert.deepEqual(await sync.sync(APP_URL), {
    ok: true,
    appName: "shop",
    modified: true,
    kind: "out_of_band",
  });
  await clock.advance(1000);
  assert.deepEqual(await sync.sync(APP_URL), {
    ok: true,
    appName: "shop",
    modified: false,
    kind: "out_of_band",
  });
  assert.equal(egress.requests.length, 2);
});

test("sync() without keys neither signs nor asks for an in-band answer", async () => {
  const { sync, egress, registry, clock } = setUp(async () => {
    await registry.register(registration, clock.now());
    return outOfBand(true);
  }, null);
  assert.deepEqual(await sync.sync("shop.example/api/inngest"), {
    ok: true,
    appName: "shop",
    modified: true,
    kind: "out_of_band",
  });
  assert.deepEqual(egress.requests[0]?.headers, {
    "content-type": "application/json",
    "x-inngest-server-kind": "cloud",
    "x-inngest-sync-kind": "out_of_band",
  });
});

test("sync() finds out that an app registers with another server", async () => {
  for (const modified of [true, false]) {
    const { sync, clock } = setUp(() => (answers++ === 0 ? outOfBand(modified) : inBand(shop, clock)));
    let answers = 0;
    const outcome = await sync.sync(APP_URL);
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, "unknown");
    assert.match(outcome.message, /"shop".*registers with another server/);
  }
});

test("sync() finds the name of an app that registered unchanged under another address before a restart", async () => {
  const { sync, clock, registry } = setUp((request) =>
    request.headers["x-inngest-sync-kind"] === "in_band" && asked++ > 0
      ? inBand(shop, clock)
      : outOfBand(false),
  );
  let asked = 0;
  await registry.register({ ...registration, url: "https://public.example/x" }, clock.now());
  assert.deepEqual(await sync.sync(APP_URL), {
    ok: true,
    appName: "shop",
    modified: false,
    kind: "out_of_band",
  });
});

test("sync() takes the word of an app that cannot be identified", async () => {
  const { sync } = setUp(() => outOfBand(false));
  assert.deepEqual(await sync.sync(APP_URL), {
    ok: true,
    appName: null,
    modified: false,
    kind: "out_of_band",
  });
});

test("sync() notes a known app's error once, and takes it back once", async () => {
  let isUp = true;
  const { sync, registry, clock, changes } = setUp(() => (isUp ? inBand(shop, clock) : unreachable));
  await sync.sync(APP_URL);
  isUp = false;
  await sync.sync(APP_URL);
  await sync.sync(APP_URL);
  assert.equal(registry.noted.length, 1);
  assert.match(registry.noted[0] ?? "", /^shop: unreachable: .*connection refused/);
  isUp = true;
  await sync.sync(APP_URL);
  assert.equal(registry.app("shop")?.error, null);
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ["found", "unreachable", "found"],
  );
});

test("sync() makes one request for several callers at once, and none for an address that cannot be asked", async () => {
  const { sync, egress, clock } = setUp(() => inBand(shop, clock));
  const outcomes = await Promise.all([sync.sync(APP_URL), sync.sync(APP_URL)]);
  assert.equal(egress.requests.length, 1);
  assert.deepEqual(outcomes[0], outcomes[1]);
  const refused = await sync.sync("file:///etc/passwd");
  assert.ok(!refused.ok && refused.code === "unsupported_protocol");
  assert.equal(egress.requests.length, 1);
});

test("introspect() signs the empty body and returns what the app says", async () => {
  const { sync, egress, clock } = setUp((request) =>
    request.url.endsWith("bad")
      ? { kind: "answered", status: 401, headers: sdkHeaders, body: "{}" }
      : { kind: "answered", status: 200, headers: sdkHeaders, body: '{"mode":"cloud"}' },
  );
  assert.deepEqual(await sync.introspect(APP_URL), { ok: true, body: { mode: "cloud" } });
  const [request] = egress.requests;
  assert.equal(request?.method, "GET");
  assert.equal(request?.body, null);
  assert.equal(
    request?.headers["x-inngest-signature"],
    sign("", parseSigningKey(KEY), clock.now(), nodeDigest),
  );
  const refused = await sync.introspect(`${APP_URL}/bad`);
  assert.ok(!refused.ok && refused.code === "unauthorized");
});

test("no request carries the signing key or its hash", async () => {
  const { sync, egress, clock } = setUp(() => inBand(shop, clock));
  await sync.sync(APP_URL);
  await sync.introspect(APP_URL);
  const sent = JSON.stringify(egress.requests);
  const hex = KEY.slice("signkey-prod-".length);
  assert.ok(!sent.includes(hex));
  assert.ok(!sent.includes(nodeDigest.sha256Hex(Buffer.from(hex, "hex")).slice(0, 12)));
});

test("start() in production asks a given app, waiting longer each time, until it has registered", async () => {
  let answers = 0;
  const { sync, egress, clock, registry, changes } = setUp(
    () =>
      answers++ < 7
        ? answers % 2 === 0
          ? unreachable
          : { kind: "answered", status: 401, headers: sdkHeaders, body: "{}" }
        : inBand(shop, clock),
    KEY,
    [APP_URL],
  );
  sync.start();
  const began = clock.now();
  const times: number[] = [];
  for (let second = 0; second < 200; second++) {
    await clock.advance(1000);
    while (times.length < egress.requests.length) times.push(Math.round((clock.now() - began) / 1000));
  }
  // After 0, 1, 2, 4, 8, 16, 30 and 30 seconds; what happens within a second shows at its end.
  assert.deepEqual(times, [1, 1, 3, 7, 15, 31, 61, 91]);
  assert.notEqual(registry.app("shop"), null);
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ["refused", "unreachable", "refused", "unreachable", "refused", "unreachable", "refused", "found"],
  );
  await sync.stop();
});

test("start() polls known apps when told to, and stop() ends it", async () => {
  const registry = createRegistryDouble();
  const clock = manualClock(1_700_000_000_000);
  await registry.register(registration, clock.now());
  await registry.register({ ...registration, appName: "worker", url: "wss://connect" }, clock.now());
  const egress = createEgressDouble(() => inBand(shop, clock));
  const sync = createSync({
    audit: silentAuditLog,
    egress,
    registry,
    clock,
    virtualClock: clock,
    keys: createKeysDouble(KEY),
    random: steadyRandom,
    log: silentLog,
    serverKind: "cloud",
    urls: [],
    pollIntervalMs: 5000,
    discovery: false,
    ownPort: () => 8288,
  });
  sync.start();
  await clock.advance(16_000);
  assert.deepEqual(
    egress.requests.map(({ url }) => url),
    [APP_URL, APP_URL, APP_URL],
  );
  await sync.stop();
  await clock.advance(60_000);
  assert.equal(egress.requests.length, 3);
});

test("stop() aborts a request under way", async () => {
  const { sync, egress, clock } = setUp(
    (request) =>
      new Promise((resolve) =>
        request.signal?.addEventListener("abort", () =>
          resolve({ kind: "failed", code: "aborted", message: "stopped", status: null }),
        ),
      ),
    KEY,
    [APP_URL],
  );
  sync.start();
  await clock.advance(0);
  assert.equal(egress.requests.length, 1);
  await sync.stop();
});

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { silentAuditLog } from "#audit";
import { createEgress } from "#egress";
import { silentLog, systemClock } from "#kernel";
import { Inngest as InngestV4 } from "inngest";
import { serve as serveV4 } from "inngest/node";
import { Inngest as InngestV3 } from "inngest-v3";
import { serve as serveV3 } from "inngest-v3/node";
import { createKeysDouble, createRegistryDouble, steadyRandom } from "./testing/doubles.ts";
import { createSync } from "./handshake.ts";

const KEY = `signkey-test-${"ab".repeat(32)}`;
const OTHER_KEY = `signkey-test-${"cd".repeat(32)}`;

interface AppSettings {
  readonly baseUrl: string;
  readonly isDev: boolean;
  readonly signingKey: string | undefined;
}

/** Both generations of the official package serve the same app. */
const SDKS = {
  v4: {
    sdk: "js:v4.24.0",
    serve({ baseUrl, isDev, signingKey }: AppSettings): RequestListener {
      const client = new InngestV4({
        id: "shop",
        baseUrl,
        isDev,
        eventKey: "e",
        ...(signingKey === undefined ? {} : { signingKey }),
        logger: quiet,
      });
      const charge = client.createFunction({ id: "charge", triggers: [{ event: "order/placed" }] }, () => 1);
      return serveV4({ client, functions: [charge] });
    },
  },
  v3: {
    sdk: "js:v3.54.2",
    serve({ baseUrl, isDev, signingKey }: AppSettings): RequestListener {
      const client = new InngestV3({ id: "shop", baseUrl, isDev, eventKey: "e", logger: quiet });
      const charge = client.createFunction({ id: "charge" }, { event: "order/placed" }, () => 1);
      return serveV3({ client, functions: [charge], ...(signingKey === undefined ? {} : { signingKey }) });
    },
  },
};
const quiet = { info() {}, warn() {}, error() {}, debug() {} };

async function listen(t: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // A server that listens on TCP has an address with a port.
  return (server.address() as AddressInfo).port;
}

/** A server with the register route, and an app of the SDK that knows it, or knows another. */
async function setUp(
  t: TestContext,
  version: keyof typeof SDKS,
  app: { readonly isDev: boolean; readonly signingKey?: string; readonly baseUrl?: string },
  serverKey: string | null,
) {
  const registry = createRegistryDouble();
  const posts: unknown[] = [];
  const serverPort = await listen(t, (request, response) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (piece: string) => (text += piece));
    request.on("end", () => {
      const body: unknown = JSON.parse(text);
      posts.push(body);
      void registry.register(body, systemClock.now()).then((outcome) => {
        response.writeHead(200, { "content-type": "application/json" });
        return response.end(
          JSON.stringify({ ok: true, modified: outcome.ok && outcome.modified, status: 200 }),
        );
      });
    });
  });
  const settings = {
    baseUrl: app.baseUrl ?? `http://127.0.0.1:${serverPort}`,
    isDev: app.isDev,
    signingKey: app.signingKey,
  };
  const appPort = await listen(t, SDKS[version].serve(settings));
  const egress = createEgress({ clock: systemClock });
  const sync = createSync({
    audit: silentAuditLog,
    egress,
    registry,
    keys: createKeysDouble(serverKey),
    clock: systemClock,
    virtualClock: systemClock,
    random: steadyRandom,
    log: silentLog,
    serverKind: serverKey === null ? "dev" : "cloud",
    urls: [],
    pollIntervalMs: null,
    discovery: false,
    ownPort: () => serverPort,
  });
  t.after(() => egress.close());
  return { sync, registry, posts, url: `http://localhost:${appPort}/api/inngest` };
}

for (const version of ["v4", "v3"] as const) {
  const { sdk } = SDKS[version];

  test(`${version} in production answers in-band, signed, and registers the same as by itself`, async (t) => {
    const { sync, registry, posts, url } = await setUp(t, version, { isDev: false, signingKey: KEY }, KEY);
    assert.deepEqual(await sync.sync(url), { ok: true, appName: "shop", modified: true, kind: "in_band" });
    assert.deepEqual(posts, [], "no call of its own");
    assert.equal(registry.app("shop")?.sdk, sdk);
    assert.equal(registry.app("shop")?.url, url);
    process.env["INNGEST_ALLOW_IN_BAND_SYNC"] = "0";
    try {
      assert.deepEqual(await sync.sync(url), {
        ok: true,
        appName: "shop",
        modified: false,
        kind: "out_of_band",
      });
    } finally {
      delete process.env["INNGEST_ALLOW_IN_BAND_SYNC"];
    }
    assert.equal(posts.length, 1, "asked in-band, it fell back to a call of its own");
    const introspection = await sync.introspect(url);
    assert.ok(introspection.ok);
    assert.match(JSON.stringify(introspection.body), /"authentication_succeeded":true/);
  });

  test(`${version} with another key refuses the PUT`, async (t) => {
    const { sync, registry, url } = await setUp(t, version, { isDev: false, signingKey: KEY }, OTHER_KEY);
    const outcome = await sync.sync(url);
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, "unauthorized");
    assert.equal(registry.app("shop"), null);
  });

  test(`${version} in development mode cannot register with a production server by an unsigned answer`, async (t) => {
    const { sync, registry, url } = await setUp(t, version, { isDev: true }, KEY);
    const outcome = await sync.sync(url);
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, "sig_verification_failed");
    assert.match(outcome.message, /INNGEST_DEV/);
    assert.equal(registry.app("shop"), null);
  });

  test(`${version} in development mode registers by itself with a development server`, async (t) => {
    const { sync, registry, posts, url } = await setUp(t, version, { isDev: true }, null);
    assert.deepEqual(await sync.sync(url), {
      ok: true,
      appName: "shop",
      modified: true,
      kind: "out_of_band",
    });
    assert.deepEqual(await sync.sync(url), {
      ok: true,
      appName: "shop",
      modified: false,
      kind: "out_of_band",
    });
    assert.equal(posts.length, 2);
    assert.equal(registry.app("shop")?.sdk, sdk);
  });

  test(`${version} that knows another server is found out`, async (t) => {
    const other = await setUp(t, version, { isDev: true }, null);
    const otherServer = await listen(t, (request, response) => {
      request.resume();
      response
        .writeHead(200, { "content-type": "application/json" })
        .end('{"ok":true,"modified":true,"status":200}');
    });
    const lost = await setUp(t, version, { isDev: true, baseUrl: `http://127.0.0.1:${otherServer}` }, null);
    const outcome = await lost.sync.sync(lost.url);
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, "unknown");
    assert.match(outcome.message, /"shop".*another server/);
    assert.equal((await other.sync.sync(other.url)).ok, true);
  });

  test(`${version} that cannot reach its server says so`, async (t) => {
    const { sync, url } = await setUp(t, version, { isDev: true, baseUrl: "http://127.0.0.1:1" }, null);
    const outcome = await sync.sync(url);
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, "internal_server_error");
    assert.match(outcome.message, /INNGEST_BASE_URL/);
  });
}

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { silentAuditLog } from "#audit";
import { createEgress } from "#egress";
import type { Clock } from "#kernel";
import { silentLog, systemClock } from "#kernel";
import type { AppChange } from "./contract.ts";
import { createKeysDouble, createRegistryDouble, sdkHeaders, steadyRandom } from "./testing/doubles.ts";
import { createSync } from "./handshake.ts";

/** Time that passes five times as fast, so that pauses of seconds take a moment. */
const FASTER = 5;
const fastClock: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic() * FASTER,
  after: (delayMs, callback) => systemClock.after(delayMs / FASTER, callback),
};

/** A pretended app: answers GET with its mode, and registers itself when it is PUT. */
interface PretendedApp {
  functions: readonly { readonly id: string; readonly name: string }[];
  mode: "dev" | "cloud";
  isApp: boolean;
  /** Requests answered with an error before the app is ready. */
  faults: number;
  /** Says it registered, and registers with nobody here. */
  isElsewhere: boolean;
  readonly requests: string[];
}

async function setUp(t: TestContext, given: (port: number) => string[] = () => []) {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-local-"));
  const registry = createRegistryDouble();
  const egress = createEgress({ clock: systemClock });
  const changes: AppChange[] = [];
  const app: PretendedApp = {
    functions: [{ id: "shop-a", name: "a" }],
    mode: "dev",
    isApp: true,
    faults: 0,
    isElsewhere: false,
    requests: [],
  };
  const port = await freePort();
  // A usual port by this, so that it makes no difference whether the first look comes before the app or after.
  process.env["PORT"] = String(port);
  let server: Server | null = null;

  const start = async (): Promise<void> => {
    server = createServer((request, response) => {
      app.requests.push(`${request.method} ${request.url}`);
      request.resume();
      if (!app.isApp || request.url !== "/api/inngest") return void response.writeHead(404).end();
      const answer = async (): Promise<void> => {
        if (request.method === "GET")
          return void response.writeHead(200, sdkHeaders).end(JSON.stringify({ mode: app.mode }));
        if (app.faults > 0) {
          app.faults--;
          return void response.writeHead(500, sdkHeaders).end("{}");
        }
        if (app.isElsewhere) return void response.writeHead(200, sdkHeaders).end('{"modified":true}');
        const body = {
          appName: "shop",
          url: `http://localhost:${port}/api/inngest`,
          sdk: "js:v4.24.0",
          functions: app.functions,
        };
        const outcome = await registry.register(body, systemClock.now());
        response.writeHead(200, { ...sdkHeaders, "x-inngest-sync-kind": "out_of_band" });
        response.end(JSON.stringify({ message: "", modified: outcome.ok && outcome.modified }));
      };
      void answer();
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
    await promise;
  };
  const stop = async (): Promise<void> => {
    const closing = server;
    server = null;
    if (closing === null) return;
    closing.closeAllConnections();
    await new Promise((resolve) => closing.close(resolve));
  };
  const sync = createSync({
    audit: silentAuditLog,
    egress,
    registry,
    keys: createKeysDouble(null),
    clock: fastClock,
    virtualClock: fastClock,
    random: steadyRandom,
    log: silentLog,
    serverKind: "dev",
    urls: given(port),
    pollIntervalMs: null,
    discovery: true,
    ownPort: () => 8288,
    directory,
    onChange: (change) => changes.push(change),
  });
  t.after(async () => {
    delete process.env["PORT"];
    await sync.stop();
    await stop();
    await egress.close();
    await rm(directory, { recursive: true });
  });
  /** Waits for the last change of our app to be of a kind; other apps of this machine may be found too. */
  const ours = (): readonly string[] =>
    changes.filter((change) => change.url.includes(`:${port}/`)).map(({ kind }) => kind);
  const sees = async (...kinds: readonly AppChange["kind"][]): Promise<void> => {
    for (const deadline = Date.now() + 15_000; Date.now() < deadline;) {
      if (ours().length >= kinds.length) break;
      await wait(20);
    }
    assert.deepEqual(ours(), kinds);
  };
  return { sync, app, start, stop, sees, registry, directory, port };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms / FASTER));

/** A free port outside of the usual ones and of those the system hands out. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 6000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port === port));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}

const linuxOnly = {
  skip: process.platform !== "linux" && "new sockets are seen on Linux only",
  timeout: 60_000,
};

test(
  "start() finds an app when it begins to listen, with one GET and one PUT, and leaves it alone",
  linuxOnly,
  async (t) => {
    const { sync, app, start, sees } = await setUp(t);
    sync.start();
    await wait(100);
    await start();
    await sees("found");
    await wait(3500);
    assert.deepEqual(app.requests, ["GET /api/inngest", "PUT /api/inngest"]);
  },
);

test(
  "start() syncs an app again that restarts, and reports it gone only when it stays away",
  linuxOnly,
  async (t) => {
    const { sync, app, start, stop, sees, registry } = await setUp(t, (port) => [
      `localhost:${port}/api/inngest`,
    ]);
    sync.start();
    await start();
    await sees("found");
    app.functions = [...app.functions, { id: "shop-b", name: "b" }];
    await stop();
    await start();
    await sees("found", "changed");
    await stop();
    await sees("found", "changed", "unreachable");
    assert.match(registry.app("shop")?.error ?? "", /^unreachable: /);
    await start();
    await sees("found", "changed", "unreachable", "found");
    assert.equal(registry.app("shop")?.error, null);
    assert.ok(!app.requests.some((request) => request.startsWith("GET")), "a given app is not searched for");
  },
);

test(
  "start() asks a known app after a source file changed: until it differs, and four times at most",
  linuxOnly,
  async (t) => {
    const { sync, app, start, sees, directory, port } = await setUp(t, (own) => [
      `http://127.0.0.1:${own}/api/inngest`,
    ]);
    await start();
    sync.start();
    await sees("found");
    await wait(1200);
    const before = app.requests.length;
    await writeFile(join(directory, "charge.ts"), "1");
    for (const deadline = Date.now() + 10_000; app.requests.length === before && Date.now() < deadline;)
      await wait(20);
    // The hot reload takes effect after the first request.
    app.functions = [{ id: "shop-a", name: "renamed" }];
    await sees("found", "changed");
    assert.equal(app.requests.length, before + 2, `port ${port}`);

    await writeFile(join(directory, "other.ts"), "1");
    await wait(7000);
    assert.equal(app.requests.length, before + 6, "four requests without news, then none");
  },
);

test(
  "start() asks a port that is no app once per path, and again when its process is replaced",
  linuxOnly,
  async (t) => {
    const { sync, app, start, stop, sees } = await setUp(t);
    app.isApp = false;
    sync.start();
    await wait(100);
    await start();
    for (const deadline = Date.now() + 10_000; app.requests.length < 4 && Date.now() < deadline;)
      await wait(20);
    await wait(2500);
    assert.equal(app.requests.length, 4);
    app.isApp = true;
    await stop();
    await start();
    await sees("found");
  },
);

test(
  "start() tells of an app in production mode instead of making it register elsewhere",
  linuxOnly,
  async (t) => {
    const { sync, app, start, sees } = await setUp(t);
    app.mode = "cloud";
    sync.start();
    await wait(100);
    await start();
    await sees("refused");
    assert.ok(!app.requests.some((request) => request.startsWith("PUT")));
  },
);

test(
  "start() waits for an app that fails while it starts, and says nothing of that",
  linuxOnly,
  async (t) => {
    const { sync, app, start, sees } = await setUp(t);
    app.faults = 2;
    sync.start();
    await wait(100);
    await start();
    await sees("found");
    assert.deepEqual(app.requests, [
      "GET /api/inngest",
      "PUT /api/inngest",
      "PUT /api/inngest",
      "PUT /api/inngest",
    ]);
  },
);

test("start() does not insist when an app belongs to another server", linuxOnly, async (t) => {
  const { sync, app, start, sees } = await setUp(t);
  app.isElsewhere = true;
  sync.start();
  await wait(100);
  await start();
  await wait(6000);
  // It answers nothing in-band that would name it, so that its word is taken: neither found nor refused.
  await sees();
  assert.ok(app.requests.length <= 3, app.requests.join());
});

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { Client } from "undici";
import type { Clock } from "#kernel";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { Place } from "./connection-line.ts";
import { Connections } from "./connections.ts";
import { startApp } from "./testing/peers.ts";

const IDLE_MS = 1000;

/** Connections to apps that answer, and how many timers are pending. */
function open(t: TestContext) {
  const clock = manualClock(5000);
  let pendingCount = 0;
  const counting: Clock = {
    ...clock,
    after(delayMs, callback) {
      pendingCount++;
      const timer = clock.after(delayMs, () => {
        pendingCount--;
        callback();
      });
      return {
        cancel() {
          pendingCount--;
          timer.cancel();
        },
      };
    },
  };
  const connections = new Connections({
    clock: counting,
    connectionsMax: 2,
    connectMs: 5000,
    originsMax: 10,
    originIdleMs: IDLE_MS,
    authorities: [],
    identity: () => null,
    policy: null,
  });
  t.after(() => connections.close());
  const app = async () => (await startApp(t, (response) => response.end("ok"))).origin;
  return { app, clock, connections, pending: () => pendingCount };
}

/** Sends one request, and keeps its place. */
async function hold(connections: Connections, origin: string) {
  const given = Promise.withResolvers<Client>();
  const place: Place = connections.place(origin, "", given.resolve);
  place.enter();
  const client = await given.promise;
  const { body } = await client.request({ method: "GET", path: "/" });
  await body.text();
  return { client, place };
}

async function use(connections: Connections, origin: string): Promise<Client> {
  const { client, place } = await hold(connections, origin);
  place.leave();
  return client;
}

test("Connections closes what was idle for a while and nothing sooner, and looks again as long as there is something", async (t) => {
  const { app, clock, connections, pending } = open(t);
  const first = await use(connections, await app());
  await clock.advance(900);
  const second = await use(connections, await app());
  await clock.advance(99);
  assert.deepEqual([first.closed, second.closed], [false, false]);
  await clock.advance(1);
  assert.deepEqual([first.closed, second.closed, pending()], [true, false, 1]);
  await clock.advance(IDLE_MS);
  assert.deepEqual([second.closed, pending()], [true, 0]);
});

test("Connections leaves alone what is in use, however long, when it looks and when all that is idle must go", async (t) => {
  const { app, clock, connections } = open(t);
  const { client, place } = await hold(connections, await app());
  const idle = await use(connections, await app());
  connections.closeIdle();
  assert.deepEqual([client.closed, idle.closed], [false, true]);
  await clock.advance(3 * IDLE_MS);
  assert.equal(client.closed, false);
  place.leave();
  await clock.advance(IDLE_MS);
  assert.equal(client.closed, true);
});

test("Connections.close() waits until each is closed, and looks no more", async (t) => {
  const { app, connections, pending } = open(t);
  const clients = [await use(connections, await app()), await use(connections, await app())];
  let downCount = 0;
  for (const client of clients) client.once("disconnect", () => downCount++);
  await connections.close();
  assert.deepEqual([downCount, pending()], [2, 0]);
});

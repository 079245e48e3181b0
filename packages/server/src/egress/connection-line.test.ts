import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { Client } from "undici";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { ConnectionLine, Place } from "./connection-line.ts";
import { onRequest, startPeer } from "./testing/peers.ts";

/** The address of nobody: what is opened there never connects. */
const NOWHERE = "http://127.0.0.1:1";

/** A line to an app that answers as it is told, and the connections that it opened. */
async function open(t: TestContext, answer: (socket: Socket) => void, elsewhere?: string) {
  const peer = await startPeer(t, (socket) => onRequest(socket, () => answer(socket)));
  const opened: Client[] = [];
  const clock = manualClock(0);
  const line = new ConnectionLine({
    clock,
    connectionsMax: 1,
    open() {
      const client = new Client(elsewhere ?? peer.origin);
      opened.push(client);
      return client;
    },
  });
  t.after(() => line.close());
  return { clock, line, opened };
}

/** Sends one request in its turn, and gives the place back only after `before`. */
async function ask(line: ConnectionLine, before: (client: Client) => Promise<unknown> = async () => {}) {
  const client = await new Promise<{ place: Place; client: Client }>((resolve) => {
    const place: Place = new Place(line, (given) => resolve({ place, client: given }));
    place.enter();
  });
  const gone = before(client.client);
  const { body } = await client.client.request({ method: "GET", path: "/" });
  await body.text();
  await gone;
  client.place.leave();
  return client.client;
}

const KEPT = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const ENDED = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";

test("ConnectionLine uses a connection again that is kept, and none that went down under a request", async (t) => {
  const kept = await open(t, (socket) => void socket.write(KEPT));
  assert.equal(await ask(kept.line), await ask(kept.line));
  assert.equal(kept.opened.length, 1);
  const ended = await open(t, (socket) => void socket.end(ENDED));
  const down = (client: Client) => once(client, "disconnect");
  const first = await ask(ended.line, down);
  assert.equal(first.closed, true);
  assert.notEqual(await ask(ended.line, down), first);
  assert.equal(ended.opened.length, 2);
});

test("ConnectionLine lets go of a connection that goes down while nobody uses it", async (t) => {
  let socket: Socket | undefined;
  const { line, opened } = await open(t, (given) => void (socket = given).write(KEPT));
  const first = await ask(line);
  const down = once(first, "disconnect");
  socket?.destroy();
  await down;
  assert.equal(first.closed, true);
  assert.equal(line.idleSince, 0);
  await ask(line);
  assert.equal(opened.length, 2);
});

test("ConnectionLine keeps no connection that never came about", async (t) => {
  const { line, opened } = await open(t, () => undefined, NOWHERE);
  for (let count = 1; count <= 2; count += 1) {
    const given = Promise.withResolvers<Client>();
    const place = new Place(line, given.resolve);
    place.enter();
    const client = await given.promise;
    await assert.rejects(client.request({ method: "GET", path: "/" }), { code: "ECONNREFUSED" });
    place.leave();
    assert.equal(opened.length, count);
    assert.equal(line.idleSince, 0);
  }
});

test("ConnectionLine says since when it is idle, and nothing while one is out or waits", async (t) => {
  const { clock, line } = await open(t, (socket) => void socket.write(KEPT));
  assert.equal(line.idleSince, 0);
  await clock.advance(10);
  const places: Place[] = [new Place(line, () => {}), new Place(line, () => {})];
  const [out, waiting] = places;
  out?.enter();
  waiting?.enter();
  assert.equal(line.idleSince, null);
  waiting?.leave();
  assert.equal(line.idleSince, null);
  await clock.advance(5);
  out?.leave();
  assert.equal(line.idleSince, 15);
});

test("ConnectionLine.close() waits until each connection is closed", async (t) => {
  const { line, opened } = await open(t, (socket) => void socket.write(KEPT));
  await ask(line);
  const [first] = opened;
  let isDown = false;
  first?.once("disconnect", () => (isDown = true));
  await line.close();
  assert.equal(isDown, true);
});

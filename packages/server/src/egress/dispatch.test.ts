import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { EgressOutcome } from "./egress.ts";
import { createEgress } from "./egress.ts";
import { answered, failure, get, onRequest, startApp, startPeer } from "./testing/peers.ts";

test("createEgress() keeps its connections: one where only one is allowed, and two where more are", async (t) => {
  for (const [connectionsPerOrigin, most] of [
    [1, 1],
    // A connection rests for a turn after an answer, lest it be one that the app is about to close.
    [128, 2],
  ] as const) {
    const app = await startApp(t, (response) => response.end("ok"));
    const egress = createEgress({ clock: manualClock(0), connectionsPerOrigin });
    t.after(() => egress.close());
    for (let index = 0; index < 20; index++) answered(await egress.send(get(`${app.origin}/${index}`)));
    assert.equal(app.seen.length, 20);
    assert.ok(app.connectionCount() <= most, `${app.connectionCount()} connections`);
  }
});

test("createEgress() opens no more connections to an origin than allowed; the other requests wait", async (t) => {
  let underWay = 0;
  let underWayMax = 0;
  const held: (() => void)[] = [];
  const app = await startApp(t, (response) => {
    underWayMax = Math.max(underWayMax, ++underWay);
    held.push(() => {
      underWay--;
      response.end();
    });
  });
  const egress = createEgress({ clock: manualClock(0), connectionsPerOrigin: 3 });
  t.after(() => egress.close());
  const outcomes = Array.from({ length: 10 }, (_, index) => egress.send(get(`${app.origin}/${index}`)));
  for (let index = 0; index < 10; index++) {
    await app.arrived(index + 1);
    held[index]?.();
  }
  for (const outcome of await Promise.all(outcomes)) assert.equal(answered(outcome).status, 200);
  assert.equal(app.seen.length, 10);
  assert.ok(underWayMax <= 3, `${underWayMax} at once`);
  assert.ok(app.connectionCount() <= 3, `${app.connectionCount()} connections`);
});

test("createEgress() opens connections as the app takes them up: one for each first answer, and some as time passes", async (t) => {
  const held: (() => void)[] = [];
  const app = await startApp(t, (response) => held.push(() => response.end()));
  const clock = manualClock(0);
  const egress = createEgress({ clock, connectionsPerOrigin: 40 });
  t.after(() => egress.close());
  await clock.advance(10_000);
  const outcomes = Array.from({ length: 60 }, (_, index) => egress.send(get(`${app.origin}/${index}`)));
  await app.arrived(16);
  await clock.advance(249);
  assert.equal(app.seen.length, 16);
  held[0]?.();
  // The connection that answered is used again, and may be joined by another.
  await app.arrived(18);
  await clock.advance(1);
  await app.arrived(33);
  await clock.advance(10_000);
  await app.arrived(41);
  assert.equal(app.connectionCount(), 40);
  for (let index = 1; index < 60; index++) {
    await app.arrived(index + 1);
    held[index]?.();
  }
  for (const outcome of await Promise.all(outcomes)) assert.equal(answered(outcome).status, 200);
  assert.equal(app.connectionCount(), 40);
});

test("createEgress() lets no request wait behind those of another share", async (t) => {
  const app = await startApp(t, (response, { url }) => {
    if (url === "/quiet") response.end("ok");
  });
  const clock = manualClock(0);
  const egress = createEgress({ clock, connectionsPerOrigin: 1 });
  t.after(() => egress.close());
  const noisy = [1, 2, 3].map(() => egress.send({ ...get(`${app.origin}/noisy`), share: "noisy" }));
  await app.arrived(1);
  assert.equal(answered(await egress.send({ ...get(`${app.origin}/quiet`), share: "quiet" })).body, "ok");
  await clock.advance(120_000);
  for (const outcome of await Promise.all(noisy)) assert.equal(outcome.kind, "failed");
});

test("createEgress() holds requests to one origin apart from those to another", async (t) => {
  const busy = await startApp(t, () => {});
  const free = await startApp(t, (response) => response.end("ok"));
  const clock = manualClock(0);
  const egress = createEgress({ clock, connectionsPerOrigin: 1 });
  t.after(() => egress.close());
  const stuck = [egress.send(get(busy.origin)), egress.send(get(busy.origin))];
  await busy.arrived(1);
  assert.equal(answered(await egress.send(get(free.origin))).body, "ok");
  await clock.advance(60_000);
  const codes = (await Promise.all(stuck)).map((outcome) => failure(outcome).code);
  assert.deepEqual(codes.toSorted(), ["timed_out", "unreachable"]);
});

test("createEgress() replaces a connection that the app closed between two requests, and sends nothing twice", async (t) => {
  const requests: string[] = [];
  const closed: Promise<unknown>[] = [];
  const peer = await startPeer(t, (socket, index) =>
    onRequest(socket, (request) => {
      requests.push(`${index}: ${request.split("\r\n")[0]}`);
      // Our side of the connection ends only when the other side has seen that the app's side did.
      closed.push(once(socket, "close"));
      socket.end("HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok");
    }),
  );
  const egress = createEgress({ clock: manualClock(0), connectionsPerOrigin: 1 });
  t.after(() => egress.close());
  for (const path of ["/a", "/b", "/c"]) {
    const outcome = await egress.send(get(peer.origin + path, { method: "POST", body: "" }));
    assert.equal(answered(outcome).body, "ok");
    await closed.at(-1);
  }
  assert.deepEqual(requests, ["0: POST /a HTTP/1.1", "1: POST /b HTTP/1.1", "2: POST /c HTTP/1.1"]);
});

test("createEgress() does not send again what a kept connection swallowed", async (t) => {
  const requests: string[] = [];
  const peer = await startPeer(t, (socket) =>
    onRequest(socket, (request) => {
      requests.push(request);
      if (requests.length === 1) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      else socket.destroy();
    }),
  );
  const egress = createEgress({ clock: manualClock(0), connectionsPerOrigin: 1 });
  t.after(() => egress.close());
  answered(await egress.send(get(peer.origin)));
  assert.equal(failure(await egress.send(get(peer.origin))).code, "reset");
  assert.equal(requests.length, 2);
  assert.equal(peer.connectionCount(), 1);
});

test("createEgress() goes on with new connections after one was cut", async (t) => {
  const app = await startApp(t, (response, { url }) =>
    url === "/reset" ? response.destroy() : response.end("ok"),
  );
  const egress = createEgress({ clock: manualClock(0), connectionsPerOrigin: 1 });
  t.after(() => egress.close());
  const outcomes = await Promise.all(
    ["/a", "/reset", "/b"].map((path) => egress.send(get(app.origin + path))),
  );
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.kind === "failed" ? outcome.code : outcome.body)),
    ["ok", "reset", "ok"],
  );
  assert.equal(app.seen.length, 3);
});

/** A peer that answers everything, and its connections. */
async function openPeer(t: Parameters<typeof startPeer>[0]) {
  const sockets: Socket[] = [];
  const closed: Promise<unknown>[] = [];
  const peer = await startPeer(t, (socket) => {
    sockets.push(socket);
    closed.push(once(socket, "close"));
    onRequest(socket, () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
  });
  return { ...peer, sockets, closed };
}

test("createEgress() closes connections to an origin that was not called for a while, and opens new ones", async (t) => {
  const clock = manualClock(0);
  const egress = createEgress({ clock, originIdleMs: 1000 });
  t.after(() => egress.close());
  const peer = await openPeer(t);
  answered(await egress.send(get(peer.origin)));
  await clock.advance(999);
  assert.equal(peer.sockets[0]?.destroyed, false);
  await clock.advance(1);
  await peer.closed[0];
  answered(await egress.send(get(peer.origin)));
  assert.equal(peer.connectionCount(), 2);
});

test("createEgress() does not close connections to an origin that is being called, however long it takes", async (t) => {
  const clock = manualClock(0);
  const egress = createEgress({ clock, originIdleMs: 1000, connectionsPerOrigin: 1 });
  t.after(() => egress.close());
  let finish: (() => void) | undefined;
  const app = await startApp(t, (response, { url }) => {
    finish = () => void response.end("ok");
    if (url === "/short") finish();
  });
  const outcome = egress.send(get(app.origin, { timeoutMs: 100_000 }));
  await app.arrived(1);
  await clock.advance(50_000);
  finish?.();
  assert.equal(answered(await outcome).body, "ok");
  answered(await egress.send(get(`${app.origin}/short`)));
  assert.equal(app.connectionCount(), 1);
});

test("createEgress() closes the connections to the origin idle longest when there are too many origins", async (t) => {
  const clock = manualClock(0);
  const egress = createEgress({ clock, originsMax: 2 });
  t.after(() => egress.close());
  const peers = [await openPeer(t), await openPeer(t), await openPeer(t)] as const;
  const [first, second, third] = peers;
  for (const peer of [second, first, third]) {
    answered(await egress.send(get(peer.origin)));
    await clock.advance(10);
  }
  await second.closed[0];
  answered(await egress.send(get(first.origin)));
  assert.equal(first.connectionCount(), 1);
  assert.equal(first.sockets[0]?.destroyed, false);
});

test("Egress.close() waits for what is under way, refuses what is new, and closes the connections", async (t) => {
  let finish: (() => void) | undefined;
  const app = await startApp(t, (response) => {
    finish = () => void response.end("done");
    closed = once(response.socket as Socket, "close");
  });
  let closed: Promise<unknown> | undefined;
  const clock = manualClock(0);
  const egress = createEgress({ clock });
  let outcome: EgressOutcome | null = null;
  const call = egress.send(get(app.origin)).then((value) => (outcome = value));
  await app.arrived(1);

  let isClosed = false;
  const closing = egress.close().then(() => (isClosed = true));
  const refused = failure(await egress.send(get(`${app.origin}/late?token=secret`)));
  assert.equal(refused.code, "aborted");
  assert.match(refused.message, /\/late: the server is stopping\.$/);
  await clock.advance(1000);
  assert.equal(isClosed, false);
  assert.equal(outcome, null);

  finish?.();
  assert.equal(answered(await call).body, "done");
  await closing;
  await closed;
  assert.equal(app.seen.length, 1);
});

test("Egress.close() waits for the last of what is under way", async (t) => {
  const held: (() => void)[] = [];
  const app = await startApp(t, (response) => held.push(() => response.end("done")));
  const egress = createEgress({ clock: manualClock(0) });
  const calls = [egress.send(get(app.origin)), egress.send(get(app.origin))];
  await app.arrived(2);
  let isClosed = false;
  const closing = egress.close().then(() => (isClosed = true));
  held[0]?.();
  assert.equal(answered(await Promise.race(calls)).body, "done");
  // Whatever the first end set off has run by now.
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isClosed, false);
  held[1]?.();
  for (const call of calls) assert.equal(answered(await call).body, "done");
  await closing;
});

test("Egress.close() gives up on what is under way when its time is over", async (t) => {
  const app = await startApp(t, () => {});
  const clock = manualClock(0);
  const egress = createEgress({ clock });
  const call = egress.send(get(app.origin, { timeoutMs: 5000 }));
  await app.arrived(1);
  const closing = egress.close();
  await clock.advance(5000);
  assert.equal(failure(await call).code, "timed_out");
  await closing;
});

test("Egress.close() may be called twice, and before anything was sent", async () => {
  const egress = createEgress({ clock: manualClock(0) });
  const closing = egress.close();
  assert.equal(egress.close(), closing);
  await closing;
  assert.equal(failure(await egress.send(get("http://app.test/"))).code, "aborted");
});

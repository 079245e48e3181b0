import assert from "node:assert/strict";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { createEgress } from "./egress.ts";
import type { Egress, EgressOutcome } from "./egress.ts";
import type { ManualClock } from "../kernel/testing/manual-clock.ts";
import { answered, deadOrigin, failure, get, onRequest, startApp, startPeer } from "./testing/peers.ts";
import { nextResponseHead } from "./testing/response-head.ts";

function open(
  t: TestContext,
  connectionsPerOrigin = 8,
): { readonly egress: Egress; readonly clock: ManualClock } {
  const clock = manualClock(0);
  const egress = createEgress({ clock, connectionsPerOrigin });
  t.after(() => egress.close());
  return { egress, clock };
}

function assertFailed(outcome: EgressOutcome, code: string, status: number | null, message: RegExp): void {
  const failed = failure(outcome);
  assert.deepEqual([failed.code, failed.status], [code, status], failed.message);
  assert.match(failed.message, message);
}

test("Egress.send() calls an app unreachable where nothing listens", async (t) => {
  const outcome = await open(t).egress.send(get(`${await deadOrigin()}/api`));
  assertFailed(outcome, "unreachable", null, /^Cannot GET http:\/\/127\.0\.0\.1:\d+\/api: .*ECONNREFUSED/);
});

test("Egress.send() calls an app unreachable whose name does not resolve", async (t) => {
  const outcome = await open(t).egress.send(get("http://app.invalid/api"));
  assertFailed(outcome, "unreachable", null, /\((ENOTFOUND|EAI_AGAIN)\)/);
});

test("Egress.send() calls an app unreachable that does not speak TLS", async (t) => {
  const app = await startApp(t, (response) => response.end());
  const outcome = await open(t).egress.send(get(app.origin.replace("http:", "https:")));
  assertFailed(outcome, "unreachable", null, /no connection could be made/);
  assert.equal(app.seen.length, 0);
});

test("Egress.send() tries once more when the connection breaks before the request is written, and no more", async (t) => {
  const peer = await startPeer(t, (socket) => socket.once("data", () => socket.resetAndDestroy()));
  // With one connection, the next request finds it only when it was given back.
  const { egress } = open(t, 1);
  for (const connectionCount of [2, 4]) {
    const outcome = await egress.send(get(peer.origin.replace("http:", "https:")));
    assertFailed(outcome, "unreachable", null, /no connection could be made/);
    assert.equal(peer.connectionCount(), connectionCount);
  }
});

test("Egress.send() does not try once more when it was called off meanwhile", async (t) => {
  const calledOff = new AbortController();
  const peer = await startPeer(t, (socket) =>
    socket.once("data", () => {
      calledOff.abort();
      socket.resetAndDestroy();
    }),
  );
  const { egress } = open(t, 1);
  const url = peer.origin.replace("http:", "https:");
  const outcome = await egress.send(get(url, { signal: calledOff.signal }));
  assertFailed(outcome, "aborted", null, /it was called off/);
  await egress.close();
  assert.equal(peer.connectionCount(), 1);
});

test("Egress.send() sends nothing of what was called off while its connection was opened", async (t) => {
  const app = await startApp(t, (response) => response.end("ok"));
  const { egress } = open(t, 1);
  const calledOff = new AbortController();
  const gone = egress.send(get(`${app.origin}/gone`, { signal: calledOff.signal }));
  calledOff.abort();
  assertFailed(await gone, "aborted", null, /it was called off/);
  assert.equal(answered(await egress.send(get(`${app.origin}/next`))).body, "ok");
  assert.deepEqual(
    app.seen.map(({ url }) => url),
    ["/next"],
  );
});

test("Egress.send() gives no status of an answer that was only announced", async (t) => {
  const peer = await startPeer(t, (socket) =>
    onRequest(socket, () => socket.end("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")),
  );
  assertFailed(await open(t).egress.send(get(peer.origin)), "reset", null, /closed before an answer arrived/);
});

test("Egress counts what is over once, also when its connection is cut for it: who closes waits for the others", async (t) => {
  const held = Promise.withResolvers<() => void>();
  const app = await startApp(t, (response, { url }) => {
    if (url === "/large") response.end("x".repeat(100_000));
    else held.resolve(() => response.end("done"));
  });
  const { egress } = open(t);
  const slow = egress.send(get(`${app.origin}/slow`));
  const end = await held.promise;
  const large = await egress.send(get(`${app.origin}/large`, { responseBytesMax: 10 }));
  assertFailed(large, "too_large", 200, /larger than 10 bytes/);
  let isClosed = false;
  const closing = egress.close().then(() => (isClosed = true));
  // Whatever the cut connection still reports has come by now.
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isClosed, false);
  end();
  assert.equal(answered(await slow).body, "done");
  await closing;
});

test("Egress.send() quotes of an encoding that it does not know forty characters, and cuts what is longer", async (t) => {
  for (const [length, end] of [
    [40, "x"],
    [41, "…"],
  ] as const) {
    const encoding = "x".repeat(length);
    const app = await startApp(t, (response) => response.setHeader("content-encoding", encoding).end("ok"));
    const outcome = await open(t).egress.send(get(app.origin));
    assertFailed(outcome, "protocol", 200, new RegExp(`"x{39}x?${end}" is not known`));
  }
});

for (const [title, url, message] of [
  ["no URL", "app token=secret", /its URL is not valid/],
  ["a path", "/api?token=secret", /its URL is not valid/],
  ["another scheme", "ftp://app.test/?token=secret", /begins with "ftp:"/],
  ["a file", "file:///etc/passwd?token=secret", /begins with "file:"/],
  ["credentials", "http://user:secret@app.test/", /holds credentials/],
] as const) {
  test(`Egress.send() refuses to call ${title}, and does not quote it`, async (t) => {
    const outcome = await open(t).egress.send(get(url));
    assertFailed(outcome, "unreachable", null, message);
    assert.doesNotMatch(failure(outcome).message, /secret|token|passwd/);
  });
}

test("Egress.send() calls a connection reset that breaks before the answer, and does not send again", async (t) => {
  const requests: string[] = [];
  for (const end of ["destroy", "end", "resetAndDestroy"] as const) {
    const peer = await startPeer(t, (socket) =>
      onRequest(socket, (request) => {
        requests.push(request);
        socket[end]();
      }),
    );
    const outcome = await open(t).egress.send(get(peer.origin));
    assertFailed(outcome, "reset", null, /closed before an answer arrived/);
  }
  assert.equal(requests.length, 3);
});

for (const [title, head] of [
  ["of a known length", "content-length: 100"],
  ["in chunks", "transfer-encoding: chunked"],
] as const) {
  test(`Egress.send() calls a connection reset that breaks in a body ${title}, and gives the status`, async (t) => {
    for (const end of ["destroy", "resetAndDestroy"] as const) {
      const peer = await startPeer(t, (socket) =>
        onRequest(socket, () => {
          const read = nextResponseHead();
          socket.write(`HTTP/1.1 206 Partial Content\r\n${head}\r\n\r\n5\r\nabc`);
          void read.then(() => socket[end]());
        }),
      );
      const outcome = await open(t).egress.send(get(peer.origin));
      assertFailed(outcome, "reset", 206, /while the answer was being read/);
    }
  });
}

test("Egress.send() times out at its limit and not before, and cuts the connection", async (t) => {
  let closed: Promise<unknown> | undefined;
  const app = await startApp(t, (response) => {
    closed = once(response, "close");
  });
  const { egress, clock } = open(t);
  let outcome: EgressOutcome | null = null;
  const done = egress.send(get(app.origin, { timeoutMs: 7000 })).then((value) => (outcome = value));
  await app.arrived(1);
  await clock.advance(6999);
  assert.equal(outcome, null);
  await clock.advance(1);
  assertFailed(await done, "timed_out", null, /no complete answer within 7000 ms/);
  await closed;
});

test("Egress.send() times out in the middle of a body, and gives the status", async (t) => {
  const app = await startApp(t, (response) => response.writeHead(206).write("half"));
  const { egress, clock } = open(t);
  const read = nextResponseHead();
  const outcome = egress.send(get(app.origin, { timeoutMs: 7000 }));
  await read;
  await clock.advance(7000);
  assertFailed(await outcome, "timed_out", 206, /within 7000 ms/);
});

test("Egress.send() counts the time from the sending on, not from the wait for a connection", async (t) => {
  const held: (() => void)[] = [];
  const app = await startApp(t, (response) => held.push(() => response.end()));
  const { egress, clock } = open(t, 1);
  const first = egress.send(get(app.origin, { timeoutMs: 60_000 }));
  await app.arrived(1);
  const second = egress.send(get(app.origin, { timeoutMs: 10_000 }));
  await clock.advance(9000);
  held[0]?.();
  answered(await first);
  await app.arrived(2);
  await clock.advance(9000);
  held[1]?.();
  answered(await second);
});

test("Egress.send() calls an app unreachable when no connection becomes free in time, and never sends it", async (t) => {
  const held: (() => void)[] = [];
  const app = await startApp(t, (response) => held.push(() => response.end()));
  const { egress, clock } = open(t, 1);
  const first = egress.send(get(`${app.origin}/first`, { timeoutMs: 60_000 }));
  await app.arrived(1);
  const second = egress.send(get(`${app.origin}/second`, { timeoutMs: 10_000 }));
  const third = egress.send(get(`${app.origin}/third`, { timeoutMs: 60_000 }));
  await clock.advance(10_000);
  assertFailed(await second, "unreachable", null, /no connection was free within 10000 ms/);
  held[0]?.();
  answered(await first);
  await app.arrived(2);
  held[1]?.();
  answered(await third);
  assert.deepEqual(
    app.seen.map(({ url }) => url),
    ["/first", "/third"],
  );
  assert.equal(app.connectionCount(), 1);
});

test("Egress.send() refuses an answer one byte too large, and cuts an endless one", async (t) => {
  let closed: Promise<unknown> | undefined;
  const app = await startApp(t, (response, { url }) => {
    if (url === "/long") {
      response.end("x".repeat(1001));
      return;
    }
    closed = once(response, "close");
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(10_000)));
    };
    response.on("drain", more);
    more();
  });
  const { egress } = open(t);
  for (const path of ["/long", "/endless"]) {
    const outcome = await egress.send(get(app.origin + path, { responseBytesMax: 1000 }));
    assertFailed(outcome, "too_large", 200, /larger than 1000 bytes/);
  }
  await closed;
});

test("Egress.send() refuses a small body that unpacks to a large one", async (t) => {
  const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
  assert.ok(bomb.length < 30_000);
  const app = await startApp(t, (response) => response.setHeader("content-encoding", "gzip").end(bomb));
  const outcome = await open(t).egress.send(get(app.origin, { responseBytesMax: 30_000 }));
  assertFailed(outcome, "too_large", 200, /larger than 30000 bytes/);
});

for (const [title, encoding, body, message] of [
  ["of an unknown encoding", "zstd", "x", /content-encoding "zstd" is not known/],
  ["of two encodings", "gzip, gzip", gzipSync(gzipSync("x")), /is not known/],
  ["that is not what its encoding says", "gzip", "plain", /is not what its content-encoding "gzip" says/],
  [
    "whose end is missing",
    "gzip",
    gzipSync("plain").subarray(0, -5),
    /is not what its content-encoding "gzip" says/,
  ],
] as const) {
  test(`Egress.send() calls a body ${title} a fault of protocol`, async (t) => {
    const app = await startApp(t, (response) => response.setHeader("content-encoding", encoding).end(body));
    assertFailed(await open(t).egress.send(get(app.origin)), "protocol", 200, message);
  });
}

test("Egress.send() quotes no more than the beginning of an unknown encoding", async (t) => {
  const encoding = `x-${"y".repeat(20_000)}`;
  const app = await startApp(t, (response) => response.setHeader("content-encoding", encoding).end("x"));
  const { code, message } = failure(await open(t).egress.send(get(app.origin)));
  assert.equal(code, "protocol");
  assert.ok(message.length < 300, `${message.length} characters`);
});

for (const [title, answer] of [
  ["another protocol", "SSH-2.0-OpenSSH_9.9\r\n"],
  ["zero bytes", "\0\0\0\0\0\0\0\0"],
  ["a status that is no number", "HTTP/1.1 OK\r\n\r\n"],
  ["a length that is no number", "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"],
  ["a header without a name", "HTTP/1.1 200 OK\r\n: x\r\n\r\n"],
  ["a head that is too large", `HTTP/1.1 200 OK\r\nx-a: ${"x".repeat(40_000)}\r\n\r\n`],
  [
    "an upgrade that nobody asked for",
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
  ],
] as const) {
  test(`Egress.send() calls ${title} a fault of protocol`, async (t) => {
    const peer = await startPeer(t, (socket) => onRequest(socket, () => socket.write(answer)));
    assertFailed(await open(t).egress.send(get(peer.origin)), "protocol", null, /not valid HTTP\/1\.1/);
  });
}

for (const [title, head] of [
  ["given twice", "content-length: 1\r\ncontent-length: 2"],
  ["given beside chunks", "content-length: 1\r\ntransfer-encoding: chunked"],
] as const) {
  test(`Egress.send() takes no answer whose length is ${title}`, async (t) => {
    const answer = `HTTP/1.1 200 OK\r\n${head}\r\n\r\n1\r\nx\r\n0\r\n\r\n`;
    const peer = await startPeer(t, (socket) => onRequest(socket, () => socket.write(answer)));
    // The HTTP client reports it as it reports a connection that closed too early.
    assertFailed(
      await open(t).egress.send(get(peer.origin)),
      "reset",
      null,
      /closed before an answer arrived/,
    );
  });
}

test("Egress.send() calls a chunk of bad length a fault of protocol, and gives the status", async (t) => {
  const peer = await startPeer(t, (socket) =>
    onRequest(socket, () => socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")),
  );
  assertFailed(await open(t).egress.send(get(peer.origin)), "protocol", 200, /not valid HTTP\/1\.1/);
});

test("Egress.send() is aborted at once by a signal that has aborted already", async (t) => {
  const app = await startApp(t, (response) => response.end());
  const outcome = await open(t).egress.send(get(app.origin, { signal: AbortSignal.abort() }));
  assertFailed(outcome, "aborted", null, /it was called off/);
  assert.equal(app.connectionCount(), 0);
});

test("Egress.send() is aborted by its signal while it waits for the answer, and cuts the connection", async (t) => {
  let closed: Promise<unknown> | undefined;
  const app = await startApp(t, (response) => {
    closed = once(response, "close");
  });
  const controller = new AbortController();
  const outcome = open(t).egress.send(get(app.origin, { signal: controller.signal }));
  await app.arrived(1);
  controller.abort();
  assertFailed(await outcome, "aborted", null, /it was called off/);
  await closed;
});

test("Egress.send() is aborted in the middle of a body, and gives the status", async (t) => {
  const app = await startApp(t, (response) => response.writeHead(206).write("half"));
  const controller = new AbortController();
  const read = nextResponseHead();
  const outcome = open(t).egress.send(get(app.origin, { signal: controller.signal }));
  await read;
  controller.abort();
  assertFailed(await outcome, "aborted", 206, /it was called off/);
});

test("Egress.send() is aborted while it waits for a connection, and is never sent", async (t) => {
  const held: (() => void)[] = [];
  const app = await startApp(t, (response) => held.push(() => response.end()));
  const { egress } = open(t, 1);
  const first = egress.send(get(`${app.origin}/first`));
  await app.arrived(1);
  const controller = new AbortController();
  const second = egress.send(
    get(`${app.origin}/second`, { method: "POST", body: "x", signal: controller.signal }),
  );
  controller.abort();
  assertFailed(await second, "aborted", null, /it was called off/);
  const third = egress.send(get(`${app.origin}/third`));
  held[0]?.();
  answered(await first);
  await app.arrived(2);
  held[1]?.();
  answered(await third);
  assert.deepEqual(
    app.seen.map(({ url }) => url),
    ["/first", "/third"],
  );
});

test("Egress.send() shows no query, body or header in the message of any failure", async (t) => {
  const app = await startApp(t, (response, { url }) => {
    response.setHeader("x-answer", "SECRET");
    if (url.startsWith("/reset")) response.destroy();
    else if (url.startsWith("/garbage")) response.socket?.end("SECRET\r\n\r\n");
    else if (url.startsWith("/redirect"))
      response.writeHead(307, { location: "http://evil.test/?SECRET" }).end();
    else if (url.startsWith("/large")) response.end("SECRET".repeat(1000));
    else if (url.startsWith("/damaged")) response.setHeader("content-encoding", "br").end("SECRET");
  });
  const { egress, clock } = open(t);
  const request = (url: string) =>
    egress.send(
      get(`${url}?token=SECRET#SECRET`, {
        method: "POST",
        headers: { authorization: "Bearer SECRET", "x-inngest-signature": "t=1&s=SECRET" },
        body: "SECRET",
        responseBytesMax: 1000,
      }),
    );
  const outcomes = await Promise.all([
    ...["/reset", "/garbage", "/redirect", "/large", "/damaged"].map((path) => request(app.origin + path)),
    request(await deadOrigin()),
    request("http://app.invalid/"),
  ]);
  const hanging = request(`${app.origin}/hang`);
  await app.arrived(6);
  await clock.advance(60_000);
  outcomes.push(await hanging);
  assert.deepEqual(
    outcomes.map((outcome) => failure(outcome).code),
    [
      "reset",
      "protocol",
      "redirect_refused",
      "too_large",
      "protocol",
      "unreachable",
      "unreachable",
      "timed_out",
    ],
  );
  for (const outcome of outcomes) assert.doesNotMatch(failure(outcome).message, /SECRET|token|\?|#/);
});

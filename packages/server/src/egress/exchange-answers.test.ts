import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { createEgress } from "./egress.ts";
import type { Egress } from "./egress.ts";
import { answered, get, onRequest, startApp, startPeer } from "./testing/peers.ts";

function open(t: TestContext): Egress {
  const egress = createEgress({ clock: manualClock(0) });
  t.after(() => egress.close());
  return egress;
}

test("Egress.send() gives status, headers in lower case and body of an answer", async (t) => {
  const app = await startApp(t, (response) =>
    response.writeHead(201, { "Content-Type": "application/json", "X-Run": "1" }).end('{"a":1}'),
  );
  const { status, headers, body } = answered(await open(t).send(get(`${app.origin}/api`)));
  assert.equal(status, 201);
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["x-run"], "1");
  assert.equal(body, '{"a":1}');
});

test("Egress.send() sends method, path, query, headers and body as they are", async (t) => {
  const app = await startApp(t, (response) => response.end());
  const egress = open(t);
  for (const method of ["POST", "PUT"] as const) {
    const request = get(`${app.origin}/api/x%20y?fnId=shop-charge&stepId=a%2Bb`, {
      method,
      headers: { "x-inngest-signature": "t=1&s=ab", "content-type": "application/json" },
      body: '{"text":"Zoë \u{1f600}"}',
    });
    assert.equal(answered(await egress.send(request)).status, 200);
    const seen = app.seen.at(-1);
    assert.equal(seen?.method, method);
    assert.equal(seen.url, "/api/x%20y?fnId=shop-charge&stepId=a%2Bb");
    assert.equal(seen.headers["x-inngest-signature"], "t=1&s=ab");
    assert.equal(seen.headers["content-length"], String(Buffer.byteLength(seen.body)));
    assert.equal(seen.headers.host, new URL(app.origin).host);
    assert.equal(seen.body, request.body);
  }
  answered(await egress.send(get(app.origin)));
  assert.equal(app.seen.at(-1)?.method, "GET");
  assert.equal(app.seen.at(-1)?.url, "/");
});

test("Egress.send() leaves the fragment of an address at home", async (t) => {
  const app = await startApp(t, (response) => response.end());
  answered(await open(t).send(get(`${app.origin}/a?b=1#secret`)));
  assert.equal(app.seen[0]?.url, "/a?b=1");
});

test("Egress.send() joins repeated headers with a comma", async (t) => {
  const app = await startApp(t, (response) => {
    response.setHeader("set-cookie", ["a=1", "b=2"]);
    response.setHeader("x-part", ["1", "2", "3"]);
    response.end();
  });
  const { headers } = answered(await open(t).send(get(app.origin)));
  assert.equal(headers["set-cookie"], "a=1, b=2");
  assert.equal(headers["x-part"], "1, 2, 3");
});

for (const status of [200, 204, 206, 304, 400, 401, 404, 500, 503]) {
  test(`Egress.send() calls the status ${status} an answer`, async (t) => {
    const app = await startApp(t, (response) => response.writeHead(status).end());
    const outcome = answered(await open(t).send(get(app.origin)));
    assert.equal(outcome.status, status);
    assert.equal(outcome.body, "");
  });
}

test("Egress.send() passes over the answers that only announce the answer", async (t) => {
  const peer = await startPeer(t, (socket) =>
    onRequest(socket, () => {
      socket.write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
      socket.write("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    }),
  );
  const outcome = answered(await open(t).send(get(peer.origin)));
  assert.equal(outcome.status, 200);
  assert.equal(outcome.body, "ok");
  assert.equal(outcome.headers["link"], undefined);
});

test("Egress.send() reads letters that arrive in pieces", async (t) => {
  const text = "Zoë \u{1f600} ".repeat(50);
  const app = await startApp(t, (response) => {
    for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
    response.end();
  });
  assert.equal(answered(await open(t).send(get(app.origin))).body, text);
});

const ENCODED: readonly (readonly [encoding: string, encode: (body: Buffer) => Buffer])[] = [
  ["gzip", gzipSync],
  ["GZIP", gzipSync],
  ["br", brotliCompressSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
  ["identity", Buffer.from],
];

for (const [encoding, encode] of ENCODED) {
  test(`Egress.send() decodes an answer in ${encoding} made by ${encode.name}`, async (t) => {
    const text = JSON.stringify({ text: "Zoë ".repeat(1000) });
    const app = await startApp(t, (response) =>
      response.setHeader("content-encoding", encoding).end(encode(Buffer.from(text))),
    );
    assert.equal(answered(await open(t).send(get(app.origin))).body, text);
  });
}

test("Egress.send() takes an answer of exactly the bytes that are allowed", async (t) => {
  const app = await startApp(t, (response) => response.end("x".repeat(1000)));
  const outcome = await open(t).send(get(app.origin, { responseBytesMax: 1000 }));
  assert.equal(answered(outcome).body.length, 1000);
});

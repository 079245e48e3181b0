import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { LIMITS } from "@holdfast/protocol";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { createEgress } from "./egress.ts";
import type { Egress } from "./egress.ts";
import { answered, failure, get, startApp } from "./testing/peers.ts";

function open(t: TestContext, allowRedirects = true): Egress {
  const egress = createEgress({ clock: manualClock(0), allowRedirects });
  t.after(() => egress.close());
  return egress;
}

for (const status of [301, 302, 303, 307, 308]) {
  test(`Egress.send() follows a ${status} within the origin with method, body, headers and query`, async (t) => {
    const app = await startApp(t, (response, { url }) => {
      if (url.startsWith("/api/")) response.end("arrived");
      else response.writeHead(status, { location: "/api/" }).end("moved");
    });
    const request = get(`${app.origin}/api?fnId=shop-charge&stepId=step`, {
      method: "POST",
      headers: { "x-inngest-signature": "t=1&s=ab", "content-type": "application/json" },
      body: '{"version":1}',
    });
    const outcome = answered(await open(t).send(request));
    assert.equal(outcome.status, 200);
    assert.equal(outcome.body, "arrived");
    assert.equal(outcome.headers["location"], undefined);
    const [first, second] = app.seen;
    assert.equal(app.seen.length, 2);
    assert.deepEqual(second, { ...first, url: "/api/?fnId=shop-charge&stepId=step" });
    assert.equal(second?.headers["x-inngest-signature"], "t=1&s=ab");
  });
}

test("Egress.send() has each hop signed for its own path and query", async (t) => {
  const app = await startApp(t, (response, { url }) => {
    if (url.startsWith("/api/")) response.end("arrived");
    else response.writeHead(308, { location: "/api/" }).end("moved");
  });
  let hops = 0;
  const request = get(`${app.origin}/api?fnId=shop-charge`, {
    headers: { "x-run-id": "run" },
    sign: (path) => ({ signature: `${(hops += 1)} ${path}` }),
  });
  answered(await open(t).send(request));
  assert.deepEqual(
    app.seen.map(({ headers, url }) => [url, headers["x-run-id"], headers["signature"]]),
    [
      ["/api?fnId=shop-charge", "run", "1 /api?fnId=shop-charge"],
      ["/api/?fnId=shop-charge", "run", "2 /api/?fnId=shop-charge"],
    ],
  );
});

test("Egress.send() refuses a redirect to another origin, which learns nothing", async (t) => {
  const other = await startApp(t, (response) => response.end());
  for (const location of [other.origin, `${other.origin}/api`, other.origin.replace("http:", "")]) {
    const app = await startApp(t, (response) => response.writeHead(307, { location }).end());
    const { code, status, message } = failure(await open(t).send(get(`${app.origin}/api?a=1`)));
    assert.equal(code, "redirect_refused");
    assert.equal(status, 307);
    assert.match(
      message,
      /^Cannot GET http:\/\/127\.0\.0\.1:\d+\/api: the answer is a redirect, and it leads to another/,
    );
  }
  assert.equal(other.connectionCount(), 0);
});

test("Egress.send() follows a redirect to https on the same host and port", async (t) => {
  const app = await startApp(t, (response) =>
    response.writeHead(308, { location: app.origin.replace("http:", "https:") }).end(),
  );
  const { code, status, message } = failure(await open(t).send(get(app.origin)));
  // The app does not speak TLS, which shows that the redirect was followed.
  assert.equal(code, "unreachable");
  assert.equal(status, null);
  assert.match(message, /^Cannot GET https:\/\//);
  assert.equal(app.seen.length, 1);
});

test(`Egress.send() follows ${LIMITS.redirectsCount} redirects in a row, and refuses one more`, async (t) => {
  const app = await startApp(t, (response, { url }) => {
    const left = Number(url.slice(1));
    if (left === 0) response.end("arrived");
    else response.writeHead(307, { location: `/${left - 1}` }).end();
  });
  const egress = open(t);
  assert.equal(answered(await egress.send(get(`${app.origin}/${LIMITS.redirectsCount}`))).body, "arrived");
  assert.equal(app.seen.length, 61);

  const { code, status, message } = failure(await egress.send(get(`${app.origin}/61`)));
  assert.equal(code, "redirect_refused");
  assert.equal(status, 307);
  assert.match(message, /more than 60 redirects/);
  assert.equal(app.seen.length, 122);
});

test("Egress.send() refuses every redirect where none are allowed", async (t) => {
  const app = await startApp(t, (response) => response.writeHead(307, { location: "/b" }).end());
  const { code, status } = failure(await open(t, false).send(get(app.origin)));
  assert.equal(code, "redirect_refused");
  assert.equal(status, 307);
  assert.equal(app.seen.length, 1);
});

for (const status of [200, 201, 300, 304, 404]) {
  test(`Egress.send() does not follow the location of a ${status}`, async (t) => {
    const app = await startApp(t, (response) => response.writeHead(status, { location: "/b" }).end());
    const outcome = answered(await open(t).send(get(app.origin)));
    assert.equal(outcome.status, status);
    assert.equal(outcome.headers["location"], "/b");
    assert.equal(app.seen.length, 1);
  });
}

test("Egress.send() calls a redirect without a location an answer", async (t) => {
  const app = await startApp(t, (response) => response.writeHead(302).end("nowhere"));
  assert.equal(answered(await open(t).send(get(app.origin))).status, 302);
});

test("Egress.send() counts the bytes of each answer by itself", async (t) => {
  const app = await startApp(t, (response, { url }) => {
    if (url !== "/b") response.writeHead(307, { location: "/b" });
    response.end("x".repeat(800));
  });
  const outcome = await open(t).send(get(app.origin, { responseBytesMax: 1000 }));
  assert.equal(answered(outcome).body.length, 800);
});

test("Egress.send() counts its time over all redirects", async (t) => {
  const clock = manualClock(0);
  const egress = createEgress({ clock });
  t.after(() => egress.close());
  const held: (() => void)[] = [];
  const app = await startApp(t, (response) =>
    held.push(() => response.writeHead(307, { location: `/${held.length}` }).end()),
  );
  const outcome = egress.send(get(app.origin, { timeoutMs: 10_000 }));
  await app.arrived(1);
  await clock.advance(6000);
  held[0]?.();
  await app.arrived(2);
  await clock.advance(4000);
  const { code, status, message } = failure(await outcome);
  assert.equal(code, "timed_out");
  assert.equal(status, null);
  assert.match(message, /\/1: no complete answer within 10000 ms/);
});

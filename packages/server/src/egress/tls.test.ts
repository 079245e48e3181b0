import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { systemClock } from "#kernel";
import { createEgress } from "./egress.ts";
import type { Egress } from "./egress.ts";
import type { Certified } from "./testing/certificates.ts";
import { certify, createAuthority } from "./testing/certificates.ts";
import { answered, failure, get } from "./testing/peers.ts";

const authority = createAuthority("Test Authority");
const stranger = createAuthority("Other Authority");

/** One port that speaks both: TLS to whom begins with a handshake, and else HTTP that redirects to https. */
async function startApp(
  t: TestContext,
  certified: Certified,
): Promise<{ readonly port: number; seen: string[] }> {
  const seen: string[] = [];
  const https = createHttpsServer(certified, (request, response) => {
    request.setEncoding("utf8");
    let body = "";
    request.on("data", (part: string) => (body += part));
    request.on("end", () => {
      const kept = request.headers["content-language"] ?? "";
      seen.push(`${request.method} ${request.url} ${kept} ${body}`);
      response.end("hello");
    });
  });
  const http = createHttpServer((request, response) => {
    request.resume();
    response.writeHead(308, { location: `https://${request.headers.host}/other` }).end();
  });
  const sockets = new Set<Socket>();
  const door = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("readable", () => {
      const first: Buffer | null = socket.read();
      if (first === null) return;
      socket.unshift(first);
      (first[0] === 0x16 ? https : http).emit("connection", socket);
    });
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => door.close(resolve));
  });
  // A server that listens on TCP has an address with a port.
  return { port: (door.address() as AddressInfo).port, seen };
}

function egressFor(t: TestContext): Egress {
  const egress = createEgress({ clock: systemClock, authorities: [authority.cert] });
  t.after(() => egress.close());
  return egress;
}

test("Egress.send() calls an app whose certificate is from an authority it was told to trust", async (t) => {
  const app = await startApp(t, certify(authority, "127.0.0.1"));
  const outcome = answered(await egressFor(t).send(get(`https://127.0.0.1:${app.port}/x`)));
  assert.equal(outcome.body, "hello");
});

test("Egress.send() follows a redirect from http to https on one host, with all it was given", async (t) => {
  const app = await startApp(t, certify(authority, "127.0.0.1"));
  const request = get(`http://127.0.0.1:${app.port}/x?fnId=a`, {
    method: "POST",
    body: "the body",
    headers: { "content-language": "kept" },
  });
  assert.equal(answered(await egressFor(t).send(request)).body, "hello");
  assert.deepEqual(app.seen, ["POST /other?fnId=a kept the body"]);
});

for (const [title, certified, reason] of [
  ["has expired", certify(authority, "127.0.0.1", systemClock.now() - 1000), /expired/],
  ["is for another address", certify(authority, "127.0.0.2"), /another host name/],
  ["is from an authority nobody vouches for", certify(stranger, "127.0.0.1"), /unknown authority/],
  ["is signed by itself", stranger, /signed by itself|another host name/],
] as const) {
  test(`Egress.send() calls an app unreachable whose certificate ${title}, and sends it nothing`, async (t) => {
    const app = await startApp(t, certified);
    const failed = failure(
      await egressFor(t).send(get(`https://127.0.0.1:${app.port}/x`, { method: "POST", body: "secret" })),
    );
    assert.equal(failed.code, "unreachable");
    assert.match(failed.message, reason);
    assert.deepEqual(app.seen, []);
  });
}

test("Egress.send() does not go back from https to http", async (t) => {
  const seen: string[] = [];
  const plain = await startApp(t, certify(authority, "127.0.0.1"));
  const https = createHttpsServer(certify(authority, "127.0.0.1"), (request, response) => {
    seen.push(request.url ?? "");
    response.writeHead(307, { location: `http://127.0.0.1:${plain.port}/x` }).end();
  });
  await new Promise<void>((resolve) => https.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    https.closeAllConnections();
    await new Promise((resolve) => https.close(resolve));
  });
  // A server that listens on TCP has an address with a port.
  const { port } = https.address() as AddressInfo;
  const failed = failure(await egressFor(t).send(get(`https://127.0.0.1:${port}/x`)));
  assert.equal(failed.code, "redirect_refused");
  assert.deepEqual(seen, ["/x"]);
  assert.deepEqual(plain.seen, []);
});

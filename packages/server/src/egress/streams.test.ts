import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import type { Clock } from "#kernel";
import { systemClock } from "#kernel";
import type { EgressPolicy } from "./policy-contract.ts";
import { readRules } from "./policy.ts";
import { createStreams } from "./streams.ts";
import { certify, createAuthority } from "./testing/certificates.ts";

const authority = createAuthority("Stream Authority");

/** A listener that notes who connected, and says hello over TLS, or nothing at all. */
async function listener(t: TestContext, isSilent = false) {
  const seen: string[] = [];
  const server = isSilent
    ? createServer((socket) => {
        seen.push("tcp");
        t.after(() => socket.destroy());
      })
    : createTlsServer(certify(authority, "127.0.0.1"), (socket) => {
        seen.push("tls");
        socket.end("hello");
      });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  // A server that listens on TCP has an address of this form.
  return { port: (server.address() as AddressInfo).port, seen };
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<AddressInfo> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on TCP has an address of this form.
  const address = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return address;
}

function streamsOf(
  policy: Partial<EgressPolicy>,
  resolve?: (host: string) => Promise<readonly string[]>,
  connectMs?: number,
  clock: Clock = systemClock,
) {
  const rules = readRules({ mode: "public", allow: [], plainHttp: [], ...policy });
  return createStreams({
    clock,
    authorities: [authority.cert],
    ...(connectMs === undefined ? {} : { connectMs }),
    guard: {
      rules: () => rules,
      ownPorts: () => new Set([1]),
      onRefused: () => undefined,
      ...(resolve === undefined ? {} : { resolve }),
    },
  });
}

test("Streams.open() connects over TLS to whom the policy lists", async (t) => {
  const { port } = await listener(t);
  const socket = await streamsOf({ allow: ["127.0.0.1"] }).open({ host: "127.0.0.1", port, secure: true });
  const [chunk] = (await once(socket, "data")) as [Buffer];
  assert.equal(chunk.toString(), "hello");
  socket.destroy();
});

test("A-150 Streams.open() goes by the policy, whatever a name stands for, and reaches nobody else", async (t) => {
  const { port, seen } = await listener(t);
  for (const host of ["127.0.0.1", "2130706433", "0x7f000001", "localhost", "::ffff:127.0.0.1"])
    await assert.rejects(
      streamsOf({}).open({ host, port, secure: true }),
      /private_address|not public/,
      host,
    );
  const both = streamsOf({}, () => Promise.resolve(["203.0.113.7", "127.0.0.1"]));
  await assert.rejects(both.open({ host: "rebind.test", port, secure: true }), /not public/);
  const metadata = streamsOf({ mode: "any" }, () => Promise.resolve(["169.254.169.254"]));
  await assert.rejects(metadata.open({ host: "innocent.test", port, secure: true }), /metadata_service/);
  const plain = streamsOf({ allow: ["10.0.0.0/8"] }, () => Promise.resolve(["10.0.0.1"]));
  await assert.rejects(plain.open({ host: "logs.internal", port, secure: false }), /plain_http/);
  assert.deepEqual(seen, []);
});

test("A-150 Streams.open() asks for a name once, and holds the certificate against the name and not the address", async (t) => {
  const { port } = await listener(t);
  let asked = 0;
  const streams = streamsOf({ allow: ["logs.test"] }, () => {
    asked += 1;
    return Promise.resolve(["127.0.0.1"]);
  });
  // The certificate is for the address alone.
  await assert.rejects(streams.open({ host: "logs.test", port, secure: true }), /logs\.test/);
  assert.equal(asked, 1);
});

test("Streams.open() connects without TLS where that was asked for, and leaves nothing of its own behind", async (t) => {
  const { port, seen } = await listener(t, true);
  let pendingCount = 0;
  const clock: Clock = {
    ...systemClock,
    after(delayMs, callback) {
      pendingCount += 1;
      const timer = systemClock.after(delayMs, callback);
      return { cancel: () => ((pendingCount -= 1), timer.cancel()) };
    },
  };
  const streams = streamsOf({ allow: ["127.0.0.1"] }, undefined, 60_000, clock);
  const socket = await streams.open({ host: "127.0.0.1", port, secure: false });
  t.after(() => socket.destroy());
  assert.deepEqual([socket instanceof TLSSocket, pendingCount], [false, 0]);
  assert.equal(socket.listenerCount("error"), 0);
  // To hear of it, the listener needs a turn more.
  while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const { port: closed } = await closedPort();
  await assert.rejects(streams.open({ host: "127.0.0.1", port: closed, secure: false }), {
    code: "ECONNREFUSED",
  });
  assert.equal(pendingCount, 0);
});

test("Streams.open() gives up on whoever does not answer", async (t) => {
  const { port } = await listener(t, true);
  const streams = streamsOf({ allow: ["127.0.0.1"] }, undefined, 50);
  await assert.rejects(streams.open({ host: "127.0.0.1", port, secure: true }), /did not answer in time/);
});

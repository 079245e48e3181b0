import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { EgressOutcome } from "#egress";
import { nodeDigest, systemClock } from "#kernel";
import { createHttpsTransport } from "./https-transport.ts";
import { syslogFrame } from "./syslog-message.ts";
import { createSyslogTransport } from "./syslog-transport.ts";

const BATCH = {
  id: "1",
  lines: [
    { text: "{}", at: 0, isRefusal: false, about: "test" },
    { text: '{"a":1}', at: 1, isRefusal: true, about: "access.denied" },
  ],
};
const { signal } = new AbortController();

/** What a syslog sink says of a receiver that does this with a connection. */
async function sendTo(t: TestContext, take: (socket: Socket) => void, stop = signal): Promise<string | null> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    take(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  const transport = createSyslogTransport({
    target: { host: "127.0.0.1", port, secure: false },
    streams: {
      open: async () => {
        const socket = connect(port, "127.0.0.1");
        await once(socket, "connect");
        return socket;
      },
    },
    sender: { host: "h", process: "1" },
    // Ten seconds are a moment here.
    clock: { ...systemClock, after: (delayMs, act) => systemClock.after(Math.min(delayMs, 300), act) },
  });
  return transport.send(BATCH, stop);
}

test("a syslog batch counts when the receiver closed the connection after it had read to the end, and has it then", async (t) => {
  let received = "";
  const answer = await sendTo(t, (socket) => {
    socket.setEncoding("utf8").on("data", (text: string) => (received += text));
    socket.once("end", () => socket.end());
  });
  assert.equal(answer, null);
  const sender = { host: "h", process: "1" };
  assert.equal(received, BATCH.lines.map((line) => syslogFrame(line, sender)).join(""));
});

test("a syslog batch does not count when somebody takes connections only to close them", async (t) => {
  assert.match(
    (await sendTo(t, (socket) => socket.end())) ?? "",
    /closed the connection before the end|ECONNRESET/,
  );
  assert.match((await sendTo(t, (socket) => socket.resetAndDestroy())) ?? "", /Cannot (?:tell|reach)/);
});

test("a syslog batch does not count when the receiver never closes the connection", async (t) => {
  assert.match(
    (await sendTo(t, (socket) => void socket.resume())) ?? "",
    /did not close the connection in time/,
  );
});

test("a syslog sink keeps no listener of a batch that is over", async (t) => {
  const stopping = new AbortController();
  for (let count = 0; count < 3; count++)
    await sendTo(t, (socket) => void socket.resume().once("end", () => socket.end()), stopping.signal);
  assert.deepEqual(getEventListeners(stopping.signal, "abort"), []);
});

test("a syslog batch does not count when the receiver breaks off while it reads", async (t) => {
  const answer = await sendTo(t, (socket) => {
    socket.resume();
    socket.once("end", () => socket.resetAndDestroy());
  });
  assert.match(answer ?? "", /Cannot tell/);
});

test("a syslog batch is called off when the server stops", async (t) => {
  const stopping = new AbortController();
  const answer = await sendTo(
    t,
    (socket) => void socket.resume().once("end", () => stopping.abort()),
    stopping.signal,
  );
  assert.match(answer ?? "", /the server is stopping/);
});

test("a batch over https counts for an answer of 2xx, and for nothing else", async () => {
  const answer = (outcome: EgressOutcome) =>
    createHttpsTransport({
      url: "https://siem.example.org/audit",
      secret: "whsec_AAAA",
      egress: { send: () => Promise.resolve(outcome), close: () => Promise.resolve() },
      clock: systemClock,
      digest: nodeDigest,
    }).send(BATCH, signal);
  for (const [status, words] of [
    [200, null],
    [204, null],
    [304, "siem.example.org answered 304."],
    [401, "siem.example.org answered 401."],
    [500, "siem.example.org answered 500."],
  ] as const)
    assert.equal(await answer({ kind: "answered", status, headers: {}, body: "" }), words);
  const failed = { kind: "failed", code: "refused", message: "Cannot POST.", status: null } as const;
  assert.equal(await answer(failed), "Cannot POST.");
});

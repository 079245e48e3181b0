import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { test } from "node:test";
import type { IncomingRequest } from "../serve/contract.ts";
import { overSocket } from "./contract/node-server.ts";
import { exchange } from "./node-exchange.ts";

test("exchange() tells the handler who is at the other end, which no header can change", async (t) => {
  const seen: IncomingRequest[] = [];
  const send = await overSocket(t, (request, response) => {
    void exchange(
      async (incoming) => {
        seen.push(incoming);
        return { status: 200, headers: {}, body: "" };
      },
      request,
      response,
      { trustProxy: true },
    );
  });
  const headers = { "x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9" };
  await send({ method: "GET", target: "/", headers, body: "" });
  assert.deepEqual(
    seen.map(({ peerAddress }) => peerAddress),
    ["127.0.0.1"],
  );
});

test("exchange() takes path and query of a target that is a whole URL, and not its host", async (t) => {
  const seen: IncomingRequest[] = [];
  const send = await overSocket(t, (request, response) => {
    void exchange(
      async (incoming) => {
        seen.push(incoming);
        return { status: 200, headers: {}, body: "" };
      },
      request,
      response,
      {},
    );
  });
  await send({
    method: "GET",
    target: "http://evil.example/api?x=1",
    headers: { host: "shop.example" },
    body: "",
  });
  assert.deepEqual(
    seen.map(({ target, origin }) => [target, origin]),
    [["/api?x=1", "http://shop.example"]],
  );
});

const PIECE = new Uint8Array(1024 * 1024).fill(32);

test("exchange() writes a stream that is larger than any buffer whole", async (t) => {
  let left = 40;
  const send = await overSocket(t, (request, response) => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left === 0) controller.close();
        else controller.enqueue(PIECE);
        left -= 1;
      },
    });
    void exchange(async () => ({ status: 201, headers: {}, body }), request, response, {});
  });
  const answer = await send({ method: "GET", target: "/", headers: {}, body: "" });
  assert.equal(answer.body.length, 40 * PIECE.length);
});

test(
  "exchange() lets go of a stream whose reader has gone, also while it waits for that reader",
  { timeout: 10_000 },
  async (t) => {
    const cancelled = Promise.withResolvers<void>();
    const exchanged = Promise.withResolvers<void>();
    const server = createServer((request, response) => {
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(PIECE),
        cancel: () => cancelled.resolve(),
      });
      exchange(async () => ({ status: 201, headers: {}, body }), request, response, {}).then(
        exchanged.resolve,
        exchanged.reject,
      );
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    // A server that listens on TCP has an address of this form.
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(socket, "readable");
    socket.destroy();
    await cancelled.promise;
    await exchanged.promise;
  },
);

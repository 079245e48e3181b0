import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import { it } from "node:test";
import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";
import { systemClock } from "#kernel";
import { closePromptly } from "./prompt-close.ts";

async function listening(): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: "idle", keepAliveTimeout: 60_000 });
  closePromptly(app, systemClock);
  app.get("/", async () => "hello");
  await app.listen({ host: "127.0.0.1", port: 0 });
  return app;
}

async function connected(app: FastifyInstance): Promise<Socket> {
  const accepted = once(app.server, "connection");
  // A server that listens on TCP has an address of this form.
  const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
  await Promise.all([once(socket, "connect"), accepted]);
  // How the end comes, as a reset or in good order, is the system's choice.
  socket.on("error", () => undefined);
  return socket;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

it("closePromptly() ends connections on which nothing was asked", { timeout: 10_000 }, async () => {
  const app = await listening();
  const socket = await connected(app);
  const ended = closed(socket);
  await app.close();
  await ended;
});

it("closePromptly() ends connections whose request never came to its end", { timeout: 10_000 }, async () => {
  const app = await listening();
  const socket = await connected(app);
  const ended = closed(socket);
  socket.write("GET / HTTP/1.1\r\nhost: a\r\nx-half-a-hea");
  await app.close();
  await ended;
});

it("closePromptly() ends connections that wait for their next request", { timeout: 10_000 }, async () => {
  const app = await listening();
  const socket = await connected(app);
  socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  await once(socket, "data");
  const ended = closed(socket);
  await app.close();
  await ended;
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { bodyDeadline } from "./body-deadline.ts";
import { framingErrors } from "./framing-errors.ts";

const DEADLINE_MS = 1000;

/** Sends half of a request to a path, lets time pass, sends the rest if it is to, and gives back what is answered. */
async function half(path: string, passMs: number, isRestSent: boolean): Promise<string> {
  const clock = manualClock(0);
  const app: FastifyInstance = fastify({ requestTimeout: 0, ...framingErrors("dev") });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, body, done) => done(null, body));
  const arrived = Promise.withResolvers<void>();
  bodyDeadline(app, clock, DEADLINE_MS);
  app.addHook("onRequest", (_request, _reply, done) => {
    arrived.resolve();
    done();
  });
  app.post("/whole", { config: { access: "open" } }, async (request) => {
    await once(request.raw.resume(), "end");
    return "";
  });
  app.post("/stream", { config: { access: "open", streamed: true } }, async (request) => {
    await once(request.raw.resume(), "end");
    return "";
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
  const answer = once(socket, "data") as Promise<[Buffer]>;
  socket.write(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: a/b\r\ncontent-length: 10\r\n\r\nhalf`);
  await arrived.promise;
  await clock.advance(passMs);
  if (isRestSent) socket.write("halves");
  const text = (await answer)[0].toString("utf8");
  socket.destroy();
  await app.close();
  return text;
}

describe("bodyDeadline()", { timeout: 20_000 }, () => {
  it("answers 408 to a request that did not arrive in time, and closes the connection", async () => {
    const text = await half("/whole", DEADLINE_MS, false);
    assert.match(text, /^HTTP\/1\.1 408 .*connection: close.*The request did not arrive in time/s);
  });

  it("leaves a request alone that arrives in time", async () => {
    assert.match(await half("/whole", DEADLINE_MS - 1, true), /^HTTP\/1\.1 200 /);
  });

  it("leaves streams alone, however long they take", async () => {
    assert.match(await half("/stream", 100 * DEADLINE_MS, true), /^HTTP\/1\.1 200 /);
  });
});

import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";
import { HoldfastError } from "@holdfast/protocol";
import type { FastifyInstance } from "fastify";
import { mainEnvironment } from "#environments";
import type { Ingest } from "#ingest";
import { createIds, nodeDigest, silentLog, systemClock, systemRandom } from "#kernel";
import { createKeys } from "#keys";
import type { ApiContext } from "./api.ts";
import { createApi } from "./api.ts";

describe("POST /e/:key", { timeout: 10_000 }, () => {
  let app: FastifyInstance;
  let socket: Socket;
  let answer: string;
  let accept: Ingest["accept"];

  beforeEach(async () => {
    accept = () => Promise.resolve({ ok: true, ids: [] });
    const ingest: Pick<Ingest, "accept"> = { accept: (...given) => accept(...given) };
    const parts = {
      mode: "production",
      environment: mainEnvironment("production", nodeDigest),
      version: "0.0.0",
      isOnLan: false,
      keys: createKeys({ signingKeys: [], eventKeys: ["right"], digest: nodeDigest }),
      clock: systemClock,
      machineClock: systemClock,
      virtualTime: null,
      ids: createIds(systemClock, systemRandom),
      log: silentLog,
      ingest,
    };
    // This route uses no other room.
    app = createApi(parts as unknown as ApiContext);
    await app.listen({ host: "127.0.0.1", port: 0 });
    // A server that listens on TCP has an address of this form.
    socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
    answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.on("error", () => undefined);
  });
  afterEach(async () => {
    socket.destroy();
    await app.close();
  });

  const post = (key: string, length: number, headers = ""): string =>
    `POST /e/${key} HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n${headers}\r\n`;
  const answered = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(answer)) await once(socket, "data");
  };

  for (const [key, error] of [
    ["wrong", "Event key not found"],
    ["", "Event key is required"],
  ] as const) {
    it(`refuses ${key === "" ? "no key" : "a wrong key"} without waiting for the body`, async () => {
      socket.write(post(key, 1_000_000));
      await answered(/\}$/);
      assert.match(answer, /^HTTP\/1\.1 401 /);
      assert.ok(answer.endsWith(`{"error":"${error}","status":401}`), answer);
    });
  }

  it("takes JSON under a content type that is none", async () => {
    socket.write(`${post("right", 2, "content-type: ;;;\r\n")}{}`);
    await answered(/\}$/);
    assert.ok(answer.endsWith('{"ids":[],"status":200}'), answer);
  });

  it("does not pass on what a fault of ours says", async () => {
    accept = () =>
      Promise.reject(new HoldfastError("store_failed", "Cannot write /data/secret.db: no space."));
    socket.write(`${post("right", 2)}{}`);
    await answered(/\}$/);
    assert.match(answer, /^HTTP\/1\.1 503 /);
    assert.ok(answer.endsWith('{"error":"The server failed to process the request.","status":503}'), answer);
  });

  it("answers what still comes in while the server closes like anything else", async () => {
    socket.write(`${post("right", 2)}{`);
    await once(app.server, "request");
    const ended = once(socket, "close");
    const closed = app.close();
    // The listening socket closes first; what was begun goes on.
    while (app.server.listening) await new Promise((resolve) => setImmediate(resolve));
    socket.write(`}${post("right", 2)}{}`);
    await Promise.all([closed, ended]);
    assert.equal(answer.split('{"ids":[],"status":200}').length - 1, 2, answer);
  });
});

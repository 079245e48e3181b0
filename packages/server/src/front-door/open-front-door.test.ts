import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { silentLog, systemClock } from "#kernel";
import type { FrontDoorOptions } from "./open-front-door.ts";
import { openFrontDoor } from "./open-front-door.ts";

/** A door on this machine, what it let through, and a way to knock at it. */
async function doorOf(t: TestContext, more: Partial<FrontDoorOptions> = {}) {
  const passed: IncomingMessage[] = [];
  const door = openFrontDoor(
    {
      hosts: { publicUrl: null, allowed: [] },
      trustedProxies: [],
      serverKind: "cloud",
      clock: systemClock,
      log: silentLog,
      memoryBytesMax: Number.MAX_SAFE_INTEGER,
      spareBytes: () => null,
      ...more,
    },
    (request, response) => {
      passed.push(request);
      response.end("in");
    },
  );
  const port = await door.listen({ host: "127.0.0.1", port: 0 });
  t.after(() => door.close());
  const ask = async (target: string, headers: readonly string[] = []): Promise<string> => {
    const socket = connect(port, "127.0.0.1");
    socket.end(
      [`GET ${target} HTTP/1.1`, "host: localhost", "connection: close", ...headers, "", ""].join("\r\n"),
    );
    return textOf(socket);
  };
  return { door, passed, port, ask };
}

/** `once` would take an error for its own. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once("close", () => resolve()));

async function textOf(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  await closed(socket);
  return text;
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

test("A-120 a place is free again when its connection has closed", async (t) => {
  const { ask, port } = await doorOf(t, { connections: { total: 2, perAddress: 2 } });
  for (let round = 0; round < 3; round += 1) {
    const held = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
    await Promise.all(held.map((socket) => once(socket, "connect")));
    assert.equal(await ask("/"), "", "there is no place");
    const gone = Promise.all(held.map(closed));
    for (const socket of held) socket.destroy();
    await gone;
    // The door hears of it a moment later than who left.
    while (statusOf(await ask("/")) !== 200) await new Promise((resolve) => setImmediate(resolve));
  }
});

test("A-120 a hundred lines and a hundred parameters pass, and not one more; a path of eight KiB, and no longer", async (t) => {
  const { ask, passed } = await doorOf(t);
  // Two lines are there already.
  const lines = (count: number) => Array.from({ length: count - 2 }, (_, index) => `x-${index}: 1`);
  const query = (count: number) =>
    `/?${Array.from({ length: count }, (_, index) => `p${index}=1`).join("&")}`;
  assert.deepEqual(
    [
      statusOf(await ask("/", lines(100))),
      statusOf(await ask(query(100))),
      statusOf(await ask(`/${"a".repeat(8191)}`)),
      statusOf(await ask("/", lines(101))),
      statusOf(await ask(query(101))),
      statusOf(await ask(`/${"a".repeat(8192)}`)),
    ],
    [200, 200, 200, 431, 414, 414],
  );
  assert.equal(passed.length, 3, "what was refused reached nobody");
});

test("browsers are told to come by https where the public URL is https, and nowhere else", async (t) => {
  const hsts = async (publicUrl: string | null) =>
    /strict-transport-security/i.test(
      await (await doorOf(t, { hosts: { publicUrl, allowed: [] } })).ask("/"),
    );
  assert.deepEqual(
    [await hsts("https://flow.example.org"), await hsts("http://flow.example.org"), await hsts(null)],
    [true, false, false],
  );
});

test("what a client says of its address and of where it came from does not pass; what was made out does", async (t) => {
  const forged = ["x-forwarded-for: 1.2.3.4", "x-forwarded-host: evil.example", "x-forwarded-proto: https"];
  const own = await doorOf(t);
  await own.ask("/", forged);
  const proxied = await doorOf(t, { trustedProxies: ["127.0.0.1"] });
  await proxied.ask("/", forged);
  const seen = [own, proxied].map(({ passed }) => {
    const headers = passed[0]?.headers;
    return ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"].map((name) => headers?.[name]);
  });
  assert.deepEqual(seen, [
    ["127.0.0.1", undefined, undefined],
    ["1.2.3.4", undefined, undefined],
  ]);
});

test("A-043 in development any host is answered: the API's own guard looks at pages", async (t) => {
  const { port } = await doorOf(t, { serverKind: "dev" });
  const socket = connect(port, "127.0.0.1");
  socket.end("GET / HTTP/1.1\r\nhost: my-machine\r\nconnection: close\r\n\r\n");
  assert.equal(statusOf(await textOf(socket)), 200);
});

test("whoever is turned away by load is told when to come back", async (t) => {
  const { ask, passed } = await doorOf(t, { memoryBytesMax: 1 });
  const answer = await ask("/v2/runs");
  assert.deepEqual([statusOf(answer), /retry-after: 2/i.test(answer), passed.length], [503, true, 0]);
  assert.equal(statusOf(await ask("/health")), 200, "results and health are let in");
});

test("a port that is taken is an error of whoever wanted it", async (t) => {
  const { port } = await doorOf(t);
  const other = openFrontDoor(
    {
      hosts: { publicUrl: null, allowed: [] },
      trustedProxies: [],
      serverKind: "cloud",
      clock: systemClock,
      log: silentLog,
      memoryBytesMax: 1,
      spareBytes: () => null,
    },
    () => undefined,
  );
  await assert.rejects(other.listen({ host: "127.0.0.1", port }), { code: "EADDRINUSE" });
  await other.close();
});

test("a door that closes ends connections that never asked anything, and takes no new ones", async (t) => {
  const { door, port } = await doorOf(t);
  const silent = connect(port, "127.0.0.1");
  silent.on("error", () => undefined);
  await once(silent, "connect");
  await Promise.all([closed(silent), door.close()]);
  const late = connect(port, "127.0.0.1");
  assert.equal(await textOf(late), "");
});

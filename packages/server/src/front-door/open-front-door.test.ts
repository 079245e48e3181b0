import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { ConnectionOptions } from "node:tls";
import { connect as tlsConnect } from "node:tls";
import { silentLog, systemClock } from "#kernel";
import { certify, createAuthority } from "../egress/testing/certificates.ts";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { FrontDoorOptions } from "./open-front-door.ts";
import { openFrontDoor } from "./open-front-door.ts";

/** A door on this machine, what it let through, and a way to knock at it. */
async function doorOf(t: TestContext, more: Partial<FrontDoorOptions> = {}) {
  const passed: IncomingMessage[] = [];
  const slow = Promise.withResolvers<() => void>();
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
      if (request.url !== "/slow") response.end("in");
      else slow.resolve(() => response.end("late"));
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
  /** Sends bytes as they are. */
  const send = (bytes: string): Promise<string> => {
    const socket = connect(port, "127.0.0.1");
    socket.write(bytes);
    return textOf(socket);
  };
  return { door, passed, port, ask, send, slow: slow.promise };
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

test("names below the server's are told to come by https only where they are meant to", async (t) => {
  const rule = async (isForSubdomains: boolean) =>
    /strict-transport-security: (.*)\r/i.exec(
      await (
        await doorOf(t, { hosts: { publicUrl: "https://flow.example.org", allowed: [] }, isForSubdomains })
      ).ask("/"),
    )?.[1];
  assert.deepEqual(
    [await rule(false), await rule(true)],
    ["max-age=31536000", "max-age=31536000; includeSubDomains"],
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

test("an address that asks too often is told when to come back, others and results of steps are let in", async (t) => {
  const { ask, passed } = await doorOf(t, { trustedProxies: ["127.0.0.1"], requestsPerSecond: 1 });
  const from = (address: string) => [`x-forwarded-for: ${address}`];
  assert.equal(statusOf(await ask("/v2/runs", from("203.0.113.7"))), 200);
  const answer = await ask("/v2/runs", from("203.0.113.7"));
  assert.deepEqual([statusOf(answer), /retry-after: 1\r/i.test(answer), passed.length], [429, true, 1]);
  assert.match(answer, /"code":"rate_limited"/);
  assert.equal(statusOf(await ask("/v2/runs", from("203.0.113.8"))), 200);
  assert.equal(statusOf(await ask("/v1/checkpoint/x", from("203.0.113.7"))), 200);
  const own = await doorOf(t, { requestsPerSecond: 1 });
  for (let count = 0; count < 3; count += 1) assert.equal(statusOf(await own.ask("/v2/runs")), 200);
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

test("A-007 a request names one host, its own path, and this server; whatever refuses it says so in the body", async (t) => {
  const { passed, send } = await doorOf(t);
  const refusals: readonly (readonly [bytes: string, status: number, code: string])[] = [
    ["GET / HTTP/1.1\r\nhost: localhost\r\nHost: localhost\r\n\r\n", 400, "request_invalid"],
    ["GET http://localhost/ HTTP/1.1\r\nhost: localhost\r\n\r\n", 400, "request_invalid"],
    ["GET ?a HTTP/1.1\r\nhost: localhost\r\n\r\n", 400, "request_invalid"],
    ["GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n", 421, "host_refused"],
    ["GET / HTTP/1.1\r\nhost: \r\n\r\n", 421, "host_refused"],
  ];
  for (const [bytes, status, code] of refusals) {
    const answer = await send(bytes);
    const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n"))) as Record<string, unknown>;
    assert.deepEqual([statusOf(answer), body["status"], body["code"]], [status, status, code], bytes);
    assert.equal(typeof body["next"], "string");
    assert.match(answer, /connection: close/i);
  }
  assert.equal(passed.length, 0);
  assert.equal(
    statusOf(await send("OPTIONS * HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")),
    200,
  );
});

test(
  "A-120 what is no request is answered in the same envelope, and what comes too slowly is cut off",
  { timeout: 10_000 },
  async (t) => {
    const times = { headers: 50, idle: 50, stalled: 100, check: 10 };
    const { passed, send } = await doorOf(t, { times });
    for (const [bytes, status] of [
      ["HELLO\r\n\r\n", 400],
      [`GET / HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, 431],
      ["GET / HTTP/1.1\r\nhost: a\r\nx-half", 408],
      [
        `POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n1;${"x".repeat(20_000)}\r\n`,
        413,
      ],
    ] as const) {
      const answer = await send(bytes);
      // The last one is met in the middle of a body, when an answer may have gone out already.
      if (status === 413 && statusOf(answer) === 200) continue;
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), answer.slice(0, 80));
      assert.match(answer, /x-inngest-server-kind: cloud/);
      const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n"))) as Record<string, unknown>;
      assert.deepEqual(
        [body["status"], body["code"], typeof body["error"]],
        [status, "request_invalid", "string"],
      );
    }
    const before = passed.length;
    // An answer that never comes, on a connection on which nothing moves.
    assert.equal(await send("GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n"), "");
    // One that is answered, and not used again.
    assert.equal(statusOf(await send("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")), 200);
    assert.equal(passed.length, before + 2);
  },
);

test(
  "a door that closes lets what is being answered end, and cuts it off when that takes too long",
  { timeout: 10_000 },
  async (t) => {
    const patient = await doorOf(t, { clock: manualClock(0) });
    const answer = patient.send("GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n");
    const end = await patient.slow;
    const closing = patient.door.close();
    end();
    assert.match(await answer, /^HTTP\/1\.1 200 .*late$/s);
    await closing;
    const clock = manualClock(0);
    const hasty = await doorOf(t, { clock });
    const never = hasty.send("GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await hasty.slow;
    const closed = hasty.door.close();
    await clock.advance(4999);
    let isCut = false;
    void never.then(() => (isCut = true));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isCut, false);
    await clock.advance(1);
    assert.equal(await never, "");
    await closed;
  },
);

test(
  "connections that never asked anything, or wait for their next request, do not hold up a door that closes",
  { timeout: 10_000 },
  async (t) => {
    // Its clock stands: nothing is cut off for the time it takes.
    const { door, passed, port } = await doorOf(t, { clock: manualClock(0) });
    const silent = connect(port, "127.0.0.1");
    silent.on("error", () => undefined);
    await once(silent, "connect");
    const idle = connect(port, "127.0.0.1");
    idle.on("error", () => undefined);
    idle.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(idle, "data");
    assert.equal(passed.length, 1);
    await Promise.all([closed(silent), closed(idle), door.close()]);
  },
);

test("memory is measured twice a second, however many ask", async (t) => {
  const clock = manualClock(0);
  let measures = 0;
  t.mock.method(process.memoryUsage, "rss", () => {
    measures += 1;
    return 1;
  });
  const { ask } = await doorOf(t, { clock });
  for (const [ms, expected] of [
    [0, 1],
    [500, 1],
    [1, 2],
  ] as const) {
    await clock.advance(ms);
    await ask("/");
    assert.equal(measures, expected);
  }
});

const AUTHORITY = createAuthority("test");

/** A door with TLS, its files, and what the log says. */
async function secureDoor(t: TestContext, withClients = false) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-door-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const tls = { certificate: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  const write = ({ cert, key } = certify(AUTHORITY, "127.0.0.1")): string => {
    writeFileSync(tls.certificate, cert);
    writeFileSync(tls.key, key);
    return cert;
  };
  const cert = write();
  const clientAuthority = join(folder, "ca.pem");
  writeFileSync(clientAuthority, AUTHORITY.cert);
  const said: string[] = [];
  const note = (facts: object, words: string) => void said.push(`${words} ${JSON.stringify(facts)}`);
  const clock = manualClock(systemClock.now());
  const at = await doorOf(t, {
    tls: withClients ? { ...tls, clientAuthority } : tls,
    clock,
    log: { ...silentLog, info: note, error: note },
  });
  /** The certificate that is shown, and the answer. */
  const ask = async (own: Partial<ConnectionOptions> = {}): Promise<readonly [string, string]> => {
    const socket = tlsConnect({ host: "127.0.0.1", port: at.port, ca: AUTHORITY.cert, ...own });
    socket.end("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let shown = "";
    socket.once("secureConnect", () => (shown = socket.getPeerX509Certificate()?.toString() ?? ""));
    return [await textOf(socket), shown];
  };
  return { ...at, ask, cert, clock, said, tls, write };
}

test("a door with TLS shows its certificate, renews it when its files change, and keeps the old one when they are none", async (t) => {
  const { ask, cert, clock, said, tls, write } = await secureDoor(t);
  const pem = (text: string) => text.replaceAll(/\s/g, "");
  const [answer, shown] = await ask();
  assert.match(answer, /^HTTP\/1\.1 200 .*strict-transport-security: max-age=31536000/is);
  assert.equal(pem(shown), pem(cert));
  await clock.advance(5000);
  assert.deepEqual(said, [], "nothing has changed");
  const renewed = write();
  assert.equal(pem((await ask())[1]), pem(cert), "not yet looked at");
  await clock.advance(5000);
  assert.equal(pem((await ask())[1]), pem(renewed));
  assert.deepEqual(said, [`the certificate was renewed ${JSON.stringify({ certificate: tls.certificate })}`]);
  writeFileSync(tls.key, "no key");
  await clock.advance(10_000);
  assert.equal(said.length, 2, "it is said once");
  assert.match(said[1] ?? "", /the old one goes on .*they do not belong together/);
  assert.equal(pem((await ask())[1]), pem(renewed));
  write();
  await clock.advance(5000);
  assert.equal(said.length, 3);
});

test("a door that asks clients for certificates lets in those of its authority alone", async (t) => {
  const { ask, passed } = await secureDoor(t, true);
  const own = certify(AUTHORITY, "127.0.0.1");
  assert.match((await ask(own))[0], /^HTTP\/1\.1 200 /);
  assert.equal((await ask())[0], "");
  assert.equal((await ask(certify(createAuthority("another"), "127.0.0.1")))[0], "");
  assert.equal(passed.length, 1);
});

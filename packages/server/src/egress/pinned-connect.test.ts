import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { systemClock } from "#kernel";
import { createEgress } from "./dispatch.ts";
import type { EgressPolicy, EgressRefusal } from "./policy-contract.ts";
import { pinnedConnect } from "./pinned-connect.ts";
import { readRules } from "./policy.ts";

/** Something that must not be reached: it notes every connection, and answers like an app. */
async function listener(t: TestContext, answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") {
  const seen: string[] = [];
  const server = createServer((socket) => {
    seen.push(socket.remoteAddress ?? "");
    socket.on("data", () => socket.end(answer));
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  // A server that listens on TCP has an address of this form.
  return { port: (server.address() as AddressInfo).port, seen };
}

function egressOf(
  t: TestContext,
  policy: Partial<EgressPolicy>,
  resolve?: (host: string) => Promise<readonly string[]>,
) {
  const refusals: EgressRefusal[] = [];
  const current = { rules: readRules({ mode: "public", allow: [], plainHttp: [], ...policy }) };
  const egress = createEgress({
    clock: systemClock,
    guard: {
      rules: () => current.rules,
      ownPorts: () => new Set([1]),
      onRefused: (refusal) => void refusals.push(refusal),
      ...(resolve === undefined ? {} : { resolve }),
    },
  });
  t.after(() => egress.close());
  const get = (url: string) =>
    egress.send({ method: "GET", url, headers: {}, body: null, timeoutMs: 5000, responseBytesMax: 1000 });
  return { current, egress, get, refusals };
}

test("A-150 no spelling of this machine's address is connected to, by a literal or by a name", async (t) => {
  const { port, seen } = await listener(t);
  const { get, refusals } = egressOf(t, {});
  const hosts = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "127。0。0。1",
  ];
  for (const host of hosts) {
    const outcome = await get(`http://${host}:${port}/`);
    assert.deepEqual([outcome.kind, outcome.kind === "failed" && outcome.code], ["failed", "refused"], host);
  }
  assert.deepEqual(seen, []);
  assert.equal(refusals.length, hosts.length);
  assert.ok(refusals.every(({ rule }) => rule === "private_address"));
});

test("A-152 a name is asked for its addresses once, and the connection goes to one that was judged", async (t) => {
  const { port, seen } = await listener(t);
  let asked = 0;
  // Public when it is looked at, and this machine a moment later.
  const rebinding = async (): Promise<readonly string[]> => (asked++ === 0 ? ["192.88.99.7"] : ["127.0.0.1"]);
  const first = egressOf(t, { allow: ["192.88.99.7"], plainHttp: ["evil.example"] }, rebinding);
  const outcome = await Promise.race([
    first.get(`http://evil.example:${port}/`),
    new Promise((resolve) => setTimeout(resolve, 300, "still connecting to the address that was judged")),
  ]);
  assert.equal(asked, 1);
  assert.deepEqual(seen, [], JSON.stringify(outcome));
  // The next connection asks again, and is refused.
  const second = await egressOf(t, {}, rebinding).get(`http://evil.example:${port}/`);
  assert.equal(second.kind === "failed" && second.code, "refused");
  assert.deepEqual(seen, []);
});

test("A-152 a name with a public and a private address is refused as a whole", async (t) => {
  const { port, seen } = await listener(t);
  const { get } = egressOf(t, {}, async () => ["93.184.216.34", "127.0.0.1"]);
  const outcome = await get(`https://mixed.example:${port}/`);
  assert.equal(outcome.kind === "failed" && outcome.code, "refused");
  assert.deepEqual(seen, []);
});

test("what is listed is connected to at the address that was judged, under its own name", async (t) => {
  const { port, seen } = await listener(t);
  const { get } = egressOf(t, { allow: ["app.internal"] }, async () => ["127.0.0.1"]);
  const outcome = await get(`http://app.internal:${port}/`);
  assert.deepEqual(outcome.kind === "answered" && outcome.body, "ok");
  assert.equal(seen.length, 1);
});

test("A-153 a redirect to where requests may not go is refused, and nobody there hears of it", async (t) => {
  const inside = await listener(t);
  const outside = await listener(
    t,
    `HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:${inside.port}/\r\ncontent-length: 0\r\n\r\n`,
  );
  const { get } = egressOf(t, { allow: [`app.internal:${outside.port}`] }, async () => ["127.0.0.1"]);
  const outcome = await get(`http://app.internal:${outside.port}/`);
  assert.equal(outcome.kind, "failed");
  assert.deepEqual([outside.seen.length, inside.seen.length], [1, 0]);
});

test("a policy that is narrowed counts for what is asked next, over kept connections too", async (t) => {
  const keeping = createServer((socket) => {
    socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
    socket.on("error", () => undefined);
  });
  keeping.listen(0, "127.0.0.1");
  await once(keeping, "listening");
  t.after(() => keeping.close());
  const { port } = keeping.address() as AddressInfo;
  const { current, egress, get } = egressOf(t, { allow: ["127.0.0.1"] });
  assert.equal((await get(`http://127.0.0.1:${port}/`)).kind, "answered");
  current.rules = readRules({ mode: "public", allow: [], plainHttp: [] });
  egress.reconsider();
  const outcome = await get(`http://127.0.0.1:${port}/`);
  assert.equal(outcome.kind === "failed" && outcome.code, "refused");
});

/** What a connector is asked for, and what comes back of it. */
async function connectWith(
  policy: Partial<EgressPolicy>,
  resolve: () => Promise<readonly string[]>,
  { hostname, port = "443", protocol = "https:" }: { hostname: string; port?: string; protocol?: string },
) {
  const refused: string[] = [];
  const asked: Record<string, unknown>[] = [];
  const connect = pinnedConnect({
    rules: () => readRules({ mode: "public", allow: [], plainHttp: [], ...policy }),
    ownPorts: () => new Set([1]),
    onRefused: ({ rule }) => void refused.push(rule),
    resolve,
    connect(options, callback) {
      asked.push({ ...options });
      callback(new Error("nobody there"), null);
    },
  });
  const error = await new Promise<Error | null>((done) =>
    connect({ hostname, port, protocol }, (...[failure]) => done(failure)),
  );
  return { asked, error, refused };
}

test("a name without an address is no refusal, and its error is passed on; one that is refused whatever it stands for, is", async () => {
  const unknown = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
  const nobody = await connectWith({}, () => Promise.reject(unknown), { hostname: "app.example" });
  assert.deepEqual([nobody.error, nobody.refused], [unknown, []]);
  const none = await connectWith({}, async () => [], { hostname: "app.example" });
  assert.deepEqual([none.error?.name, none.refused], ["EgressRefused", ["unresolved"]]);
  const metadata = await connectWith({}, () => Promise.reject(unknown), {
    hostname: "metadata.google.internal",
  });
  assert.deepEqual([metadata.error?.name, metadata.refused.length], ["EgressRefused", 1]);
});

test("the name stays in TLS, an address has none there, and each address is tried in turn", async () => {
  const addresses = ["93.184.216.34", "93.184.216.35"];
  const named = await connectWith({}, async () => addresses, { hostname: "app.example" });
  assert.deepEqual(
    named.asked.map(({ host, hostname, servername }) => [host, hostname, servername]),
    addresses.map((address) => [address, address, "app.example"]),
  );
  assert.equal(named.error?.message, "nobody there");
  for (const [hostname, address] of [
    ["93.184.216.34", "93.184.216.34"],
    ["2606:4700::1111", "2606:4700::1111"],
  ] as const) {
    const { asked } = await connectWith({}, async () => [], { hostname, port: "" });
    assert.deepEqual([asked[0]?.["host"], "servername" in (asked[0] ?? {})], [address, false]);
  }
});

test("the words of a refusal name the rule and what accepts it, and nothing of the query", async (t) => {
  const outcome = await egressOf(t, {}).get("https://10.0.0.1/hook?token=secret");
  assert.ok(outcome.kind === "failed");
  assert.match(outcome.message, /private_address.*holdfast egress allow 10\.0\.0\.1/);
  assert.ok(!outcome.message.includes("secret"));
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { EventKeyToMake } from "@holdfast/client";
import { TOKEN_PATTERN } from "@holdfast/protocol";
import type { Answer } from "../http/request.ts";
import { request } from "../http/request.ts";
import { operatorOf } from "../kit/operator.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("event keys", { timeout: 60_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
  });
  after(() => server[Symbol.asyncDispose]());

  async function keyOf(rules: EventKeyToMake): Promise<{ readonly id: string; readonly secret: string }> {
    const { id, secret } = await operatorOf(server).createEventKey("production", { name: "test", ...rules });
    assert.ok(secret !== undefined);
    return { id, secret };
  }
  const send = (
    key: string,
    events: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> =>
    request(server, "POST", `/e/${key}`, { authorized: false, headers, body: JSON.stringify(events) });
  const named = (...names: readonly string[]) => names.map((name) => ({ name }));

  it("have a form that scanners know, and are shown once", async () => {
    const { id, secret } = await keyOf({});
    assert.match(secret, TOKEN_PATTERN);
    const listed = JSON.stringify(await operatorOf(server).eventKeys("production"));
    assert.ok(listed.includes(id) && !listed.includes(secret));
    assert.equal((await send(secret, named("a/b"))).status, 200);
  });

  it("A-053 send the names they may send, capitals and all, and of a batch with another one nothing", async () => {
    const { secret } = await keyOf({
      allow_names: ["order/*", "cart.closed"],
      deny_names: ["order/secret*"],
    });
    for (const names of [["order/paid"], ["order/"], ["cart.closed"], ["order/a", "order/b"]])
      assert.equal((await send(secret, named(...names))).status, 200, names.join());
    for (const names of [
      ["Order/paid"],
      ["ORDER/PAID"],
      ["xorder/paid"],
      ["cart.closedx"],
      ["cartxclosed"],
      ["order/secret"],
      ["order/secret/deep"],
      ["order/paid", "billing/paid"],
      ["*"],
      ["\u200border/paid"],
    ]) {
      const answer = await send(secret, named(...names));
      assert.deepEqual(
        [answer.status, (answer.json as { ids?: unknown }).ids],
        [403, undefined],
        names.join(),
      );
    }
  });

  it("A-053 are no good on any other route", async () => {
    const { secret } = await keyOf({});
    for (const path of ["/v1/events", "/v2/runs", "/holdfast/v1/admin/environments"])
      assert.equal(
        (
          await request(server, "GET", path, {
            authorized: false,
            headers: { authorization: `Bearer ${secret}` },
          })
        ).status,
        401,
      );
  });

  it("A-052 are used from their addresses alone, as the proxy that is trusted reports them", async () => {
    const { secret } = await keyOf({ allow_addresses: ["203.0.113.0/24", "2001:db8::/32"] });
    const from = (address: string) => send(secret, named("a/b"), { "x-forwarded-for": address });
    assert.equal((await from("203.0.113.9")).status, 200);
    assert.equal((await from("2001:db8::1")).status, 200);
    for (const address of ["203.0.114.9", "198.51.100.1", "203.0.113.9, 198.51.100.1", "nonsense"])
      assert.equal((await from(address)).status, 403, address);
    assert.equal((await send(secret, named("a/b"))).status, 403);
  });

  it("A-048 A-165 are used by pages of their origins alone, exactly, and no other page may read the answer", async () => {
    const { secret } = await keyOf({ allow_origins: ["https://shop.example.org"] });
    const by = (origin: string) => send(secret, named("a/b"), { origin });
    const good = await by("https://shop.example.org");
    assert.equal(good.status, 200);
    assert.equal(good.headers["access-control-allow-origin"], "https://shop.example.org");
    for (const origin of [
      "https://shop.example.org.evil.example",
      "https://evil.example",
      "http://shop.example.org",
      "https://shop.example.org:8443",
      "https://SHOP.example.org.",
      "null",
    ]) {
      const answer = await by(origin);
      assert.equal(answer.status, 403, origin);
      assert.equal(answer.headers["access-control-allow-origin"], undefined, origin);
    }
  });

  it("A-048 a page's question beforehand is answered for listed origins alone", async () => {
    const { secret } = await keyOf({ allow_origins: ["https://shop.example.org"] });
    const ask = (origin: string) =>
      request(server, "OPTIONS", `/e/${secret}`, {
        authorized: false,
        headers: { origin, "access-control-request-method": "POST" },
      });
    assert.equal(
      (await ask("https://shop.example.org")).headers["access-control-allow-origin"],
      "https://shop.example.org",
    );
    assert.equal((await ask("https://evil.example")).headers["access-control-allow-origin"], undefined);
  });

  it("A-166 send no faster than they may, and do not slow down others", async () => {
    const { secret } = await keyOf({ events_per_second: 10 });
    const other = await keyOf({});
    assert.equal((await send(secret, named(...Array.from({ length: 10 }, () => "a/b")))).status, 200);
    const refused = await send(secret, named("a/b", "a/b"));
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers["retry-after"]) >= 1);
    assert.equal((await send(other.secret, named("a/b"))).status, 200);
  });

  it("A-052 A-160 revoked, unknown and mistyped ones look the same", async () => {
    const { id, secret } = await keyOf({});
    await operatorOf(server).revokeEventKey("production", id, "test");
    const answers = [
      await send(secret, named("a/b")),
      await send("unknown", named("a/b")),
      await send(`${secret}x`, named("a/b")),
    ];
    for (const { json, status } of answers)
      assert.deepEqual([status, json], [401, { error: "Event key not found", status: 401 }]);
    const empty = await request(server, "POST", "/e/", { authorized: false, body: "{}" });
    assert.deepEqual([empty.status, empty.json], [401, { error: "Event key is required", status: 401 }]);
  });

  it("rules that can never have been meant are refused, and nothing is made", async () => {
    const before = (await operatorOf(server).eventKeys("production")).length;
    const bad: readonly EventKeyToMake[] = [
      { allow_names: [] },
      { allow_addresses: [] },
      { allow_origins: [] },
      { allow_addresses: ["300.0.0.1"] },
      { allow_addresses: ["10.0.0.0/33"] },
      { allow_origins: ["https://shop.example.org/path"] },
      { allow_origins: ["*"] },
      { allow_names: [""] },
      { events_per_second: 0 },
      { expires: "2001-01-01" },
      { name: "" },
      { import: "short" },
    ];
    for (const rules of bad) await assert.rejects(keyOf(rules), JSON.stringify(rules));
    assert.equal((await operatorOf(server).eventKeys("production")).length, before);
  });

  it("a key that is taken in from elsewhere works as it did there, and is kept as a hash", async () => {
    const text = "an-old-key-from-elsewhere-0123456789";
    await operatorOf(server).createEventKey("production", { name: "old", import: text });
    assert.equal((await send(text, named("a/b"))).status, 200);
    assert.ok(!server.log.lines.join("").includes(text));
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { EventId } from "@holdfast/protocol";
import { postEvents, request } from "../http/request.ts";
import { eventOf } from "../kit/function-spec.ts";
import { createGate } from "../kit/gate.ts";
import { makeEnvironment } from "../kit/operator.ts";
import { sdkAnswer } from "../kit/raw-app.ts";
import { stageOn } from "../kit/stage.ts";
import { createEventKey, createSigningKey } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

/** More than one network may be refused in a minute. */
const MANY = 305;

describe("who guesses keys", { timeout: 60_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
  });
  after(() => server[Symbol.asyncDispose]());

  const from = (address: string) => ({ "x-forwarded-for": address });

  it("A-085 A-160 guessed event keys are made to wait, by their network alone; who has a key is let in beside them", async () => {
    const guess = (address: string) =>
      request(server, "POST", `/e/${createEventKey()}`, {
        authorized: false,
        headers: from(address),
        body: "{}",
      });
    const statuses = new Set<number>();
    for (let sent = 0; sent < MANY; sent += 1) statuses.add((await guess("203.0.113.7")).status);
    assert.deepEqual([...statuses], [401, 429]);
    const waiting = await guess("203.0.113.7");
    assert.ok(Number(waiting.headers["retry-after"]) > 0, waiting.text);
    assert.equal((await guess("203.0.113.8")).status, 401, "another address");
    const good = await postEvents(server, '{"name":"a"}', from("203.0.113.7"));
    assert.equal(good.status, 200, "the same address, with a key");
  });

  it("A-085 the same of signing keys, and a /64 of IPv6 is one network", async () => {
    const guess = (address: string) =>
      request(server, "GET", "/v1/events", {
        authorized: false,
        headers: { ...from(address), authorization: `Bearer ${createSigningKey()}` },
      });
    for (let sent = 0; sent < MANY; sent += 1) await guess(`2001:db8:0:1::${(sent + 1).toString(16)}`);
    const waiting = await guess("2001:db8:0:1:ffff::1");
    assert.deepEqual([waiting.status, Number(waiting.headers["retry-after"]) > 0], [429, true]);
    assert.equal((await guess("2001:db8:0:2::1")).status, 401);
    const good = await request(server, "GET", "/v1/events", { headers: from("2001:db8:0:1::1") });
    assert.equal(good.status, 200);
  });

  it("A-085 this machine is not counted: a proxy that says nothing of clients would shut everybody out", async () => {
    for (let sent = 0; sent < MANY; sent += 1)
      assert.equal(
        (await request(server, "POST", "/e/guessed", { authorized: false, body: "{}" })).status,
        401,
      );
  });
});

describe("more work than can be done", { timeout: 60_000 }, () => {
  it("A-125 new events of one environment are refused with Retry-After, those of another are taken, and what was is done", async () => {
    await using server = await startTestServer({ backlogMax: 3 });
    const staging = await makeEnvironment(server, "staging");
    const stage = stageOn(() => server);
    const gate = createGate();
    await using app = await stage.rawApp([
      { id: "work", answer: () => gate.opened.then(() => sdkAnswer(200, "done")) },
    ]);
    const event = JSON.stringify({ name: eventOf("work") });
    const taken: EventId[] = [];
    let answer = await postEvents(server, event);
    for (; answer.status === 200; answer = await postEvents(server, event))
      taken.push(...(answer.json as { readonly ids: readonly EventId[] }).ids);
    assert.equal(taken.length, 3);
    assert.deepEqual(
      [answer.status, (answer.json as { readonly code: string }).code, answer.headers["retry-after"]],
      [429, "backlog_full", "5"],
    );
    const invoked = await request(server, "POST", `/invoke/${app.id}-work`, { body: "{}" });
    assert.deepEqual([invoked.status, invoked.headers["retry-after"]], [429, "5"]);
    assert.equal((await postEvents(staging, event)).status, 200);
    gate.open();
    for (const id of taken) assert.equal((await stage.end(id)).status, "Completed");
    await until(
      "new events are taken",
      async () => (await postEvents(server, '{"name":"again"}')).status === 200,
    );
    assert.equal(app.calls("work").length, 3);
  });
});

describe("a disk that is nearly full", { timeout: 60_000 }, () => {
  it("A-129 turns new events away with Retry-After, and goes on answering and taking results", async () => {
    await using server = await startTestServer();
    assert.equal((await postEvents(server, '{"name":"before"}')).status, 200);
    await server.stop();
    await server.start({ diskReserveBytes: Number.MAX_SAFE_INTEGER });
    const refused = await postEvents(server, '{"name":"after"}');
    assert.deepEqual(
      [refused.status, (refused.json as { code: string }).code, Number(refused.headers["retry-after"]) > 0],
      [503, "server_busy", true],
    );
    assert.equal((await request(server, "GET", "/health")).status, 200);
    const { json } = await request(server, "GET", "/v1/events");
    assert.deepEqual(
      (json as { data: readonly { name: string }[] }).data.map(({ name }) => name),
      ["before"],
    );
    // Of a run that nobody has; it is looked at, and not turned away.
    const result = await request(server, "POST", "/v1/checkpoint/01J00000000000000000000000/async", {
      body: "{}",
    });
    assert.notEqual(result.status, 503);
    assert.ok(server.log.lines.some((line) => line.includes("the disk is nearly full")));
    await server.stop();
    await server.start({ diskReserveBytes: 0 });
    assert.equal((await postEvents(server, '{"name":"again"}')).status, 200);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import { isUlid } from "@holdfast/protocol";
import type { ClientOptions } from "holdfast";
import { consoleLogger, eventType, Holdfast, isHoldfastError, staticSchema } from "holdfast";
import { assertNoSecrets } from "../kit/assert-no-secrets.ts";
import { bearerOf, createEventKey, createSigningKey } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

const paid = eventType("order/paid", { schema: staticSchema<{ orderId: string }>() });

describe("a client of a real server", () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  function clientOf(options: Partial<ClientOptions> = {}): Holdfast {
    return new Holdfast({
      id: "shop",
      baseUrl: server.url,
      eventKey: server.eventKey,
      signingKey: server.signingKey ?? "",
      logger: consoleLogger("silent"),
      variables: {},
      ...options,
    });
  }

  async function eventCount(name: string): Promise<number> {
    const answer = await fetch(`${server.url}/v1/events?name=${encodeURIComponent(name)}`, {
      headers: { authorization: bearerOf(server.signingKey ?? "") },
    });
    const { data } = (await answer.json()) as { readonly data: readonly unknown[] };
    return data.length;
  }

  it("sends events, and has the ids that the server gave them", async () => {
    const { ids } = await clientOf().send([paid.create({ orderId: "o1" }), { name: "order/sent" }]);
    assert.equal(ids.length, 2);
    assert.ok(ids.every(isUlid));
    assert.equal(await eventCount("order/sent"), 1);
  });

  it("has an event once whose first request was answered to nobody", async () => {
    let requests = 0;
    const client = clientOf({
      async fetch(input, init) {
        const response = await fetch(input, init);
        requests += 1;
        // The server has it, and the answer is lost.
        if (requests === 1) throw new TypeError("connection reset");
        return response;
      },
    });
    const { ids } = await client.send({ name: "order/lost-answer" });
    assert.equal(requests, 2);
    assert.equal(ids.length, 1);
    const { ids: others } = await client.send({ name: "order/other" });
    assert.notEqual(ids[0], others[0]);
  });

  it("is told that its keys are wrong, in words that do not show them", async () => {
    const [eventKey, signingKey] = [createEventKey(), createSigningKey()];
    const client = clientOf({ eventKey, signingKey });
    for (const act of [() => client.send({ name: "a" }), () => client.sendSignal({ signal: "a" })]) {
      await assert.rejects(act, (error) => {
        assert.ok(isHoldfastError(error, "unauthenticated"), inspect(error));
        assertNoSecrets([inspect(error, { depth: Infinity, showHidden: true })], [eventKey, signingKey]);
        return true;
      });
    }
  });

  it("is let in by its fallback key while keys are exchanged", async () => {
    const client = clientOf({ signingKey: createSigningKey(), signingKeyFallback: server.signingKey ?? "" });
    assert.deepEqual(await client.sendSignal({ signal: "nobody-waits" }), { runId: null });
  });

  it("says what is wrong with an event before the server does, and the server would say it too", async () => {
    const untyped = { name: "inngest/function.failed" };
    await assert.rejects(clientOf().send(untyped), (error) => isHoldfastError(error, "event_name_reserved"));
    const answer = await fetch(`${server.url}/e/${server.eventKey}`, {
      method: "POST",
      body: JSON.stringify(untyped),
    });
    assert.equal(answer.status, 400);
  });

  it("says that a server is not there", async () => {
    const gone = await startTestServer();
    await gone[Symbol.asyncDispose]();
    const client = clientOf({ baseUrl: gone.url });
    await assert.rejects(client.send({ name: "a" }), (error) => {
      assert.ok(isHoldfastError(error, "server_unreachable"));
      assert.match(error.message, /ECONNREFUSED/);
      assertNoSecrets([inspect(error, { depth: Infinity, showHidden: true })], [server.eventKey]);
      return true;
    });
  });
});

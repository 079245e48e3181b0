import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { consoleLogger, Holdfast } from "holdfast";
import { createServer } from "holdfast/node";
import { clientOf } from "../kit/run-of.ts";
import { listen } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

describe("waits that look back", { timeout: 60_000 }, () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  /** An app with one function whose run waits as told, and what the waits gave. */
  async function waiting(id: string, lookBack: string | undefined) {
    const client = new Holdfast({
      id,
      baseUrl: server.url,
      signingKey: server.signingKey ?? "",
      eventKey: server.eventKey,
      logger: consoleLogger("silent"),
      variables: {},
    });
    const given: unknown[] = [];
    const fn = client.createFunction(
      { id: "waits", triggers: { event: `${id}/go` }, retries: 0 },
      async ({ step }) => {
        const looking = lookBack === undefined ? {} : { lookBack };
        const one = { event: `${id}/paid`, if: "async.data.order == 1" };
        const first = await step.waitForEvent("paid", { ...one, ...looking, timeout: "200ms" });
        const any = await step.waitForAny("any", {
          events: [{ event: `${id}/refused` }, { event: `${id}/sent` }],
          ...looking,
          timeout: "200ms",
        });
        given.push(first?.data ?? null, any?.name ?? null);
      },
    );
    const http = createServer({ client, functions: [fn] });
    const port = await listen(http, 0);
    await clientOf(server).syncApp(`http://127.0.0.1:${port}/api`);
    return {
      client,
      given,
      [Symbol.dispose]: () => {
        http.close();
        http.closeAllConnections();
      },
    };
  }

  it("are answered by what came before their run: the earliest that matches, of any of the events", async () => {
    using app = await waiting("looking", "10m");
    await app.client.send({ name: "looking/paid", data: { order: 2 } });
    await app.client.send({ name: "looking/paid", data: { order: 1, nth: "earliest" } });
    await app.client.send({ name: "looking/paid", data: { order: 1, nth: "later" } });
    await app.client.send({ name: "looking/sent", data: {} });
    await app.client.send({ name: "looking/go" });
    const given = await until("the waits are over", () => app.given.length === 2 && app.given);
    assert.deepEqual(given, [{ order: 1, nth: "earliest" }, "looking/sent"]);
  });

  it("see nothing from before their run unless they ask", async () => {
    using app = await waiting("plain", undefined);
    await app.client.send({ name: "plain/paid", data: { order: 1 } });
    await app.client.send({ name: "plain/sent" });
    await app.client.send({ name: "plain/go" });
    const given = await until("the waits are over", () => app.given.length === 2 && app.given);
    assert.deepEqual(given, [null, null]);
  });
});

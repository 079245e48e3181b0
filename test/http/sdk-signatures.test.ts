import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { LIMITS } from "@holdfast/protocol";
import { serve } from "../../packages/sdk/src/adapters/node.ts";
import type { ClientOptions } from "../../packages/sdk/src/index.ts";
import { Holdfast } from "../../packages/sdk/src/index.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import { listen } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { request } from "./request.ts";

/** An app of our own SDK, with a function that has two steps and a large result, and what its server was asked. */
async function startApp(server: TestServer, options: Partial<ClientOptions> = {}) {
  const asked: { readonly path: string; readonly headers: Headers }[] = [];
  const client = new Holdfast({
    id: "shop",
    mode: "production",
    baseUrl: server.url,
    signingKey: server.signingKey ?? "",
    eventKey: server.eventKey,
    fetch(input, init) {
      const called = new Request(input, init);
      asked.push({ path: new URL(called.url).pathname, headers: called.headers });
      return fetch(called);
    },
    ...options,
  });
  const work = client.createFunction(
    { id: "work", retries: 1, triggers: [{ event: "shop/work" }] },
    async ({ step }) => {
      const first = await step.run("first", () => "x".repeat(LIMITS.inlineRequestBytes / 2));
      const second = await step.run("second", () => "y".repeat(LIMITS.inlineRequestBytes / 2));
      return first.length + second.length;
    },
  );
  const calls: IncomingMessage[] = [];
  const answer = serve({ client, functions: [work] });
  const listener = createServer((incoming, response) => {
    calls.push(incoming);
    answer(incoming, response);
  });
  const port = await listen(listener, 0);
  return {
    url: `http://127.0.0.1:${port}/api/holdfast`,
    client,
    calls,
    asked,
    async [Symbol.asyncDispose]() {
      listener.close();
      listener.closeAllConnections();
    },
  };
}

async function run(server: TestServer) {
  const { ids } = await clientOf(server).send({ name: "shop/work", data: {} });
  const [event] = ids;
  assert.ok(event);
  return runOf(server, event, { facts: () => server.log.lines.slice(-20).join("\n") });
}

describe("our SDK on a server that requires v2", { concurrency: true, timeout: 60_000 }, () => {
  for (const [how, options] of [
    ["with what it does by default", {}],
    ["in strict mode", { signatures: "strict" }],
    ["with streamed answers", { streaming: true }],
    ["with checkpoints", { checkpointing: true }],
  ] as const) {
    it(`is found, called, believed, and fetches state that is too large for a call, ${how}`, async () => {
      await using server = await startTestServer({ signatures: "v2-only" });
      await using app = await startApp(server, options);
      assert.deepEqual(await clientOf(server).syncApp(app.url), { appName: "shop", modified: true });
      const ended = await run(server);
      assert.equal(ended.status, "Completed", JSON.stringify(ended.output));
      assert.equal(ended.output, LIMITS.inlineRequestBytes);
      for (const { headers } of app.calls) assert.match(String(headers["signature-input"]), /^holdfast=/);
      assert.ok(app.asked.some(({ path }) => /\/(?:actions|async)$/.test(path)));
      // The server spoke first, so that the app never had to show it a bearer token.
      for (const { headers, path } of app.asked) {
        assert.equal(headers.get("authorization"), null, path);
        assert.match(headers.get("signature-input") ?? "", /tag="api"$/);
      }
      assert.doesNotMatch(server.log.lines.join("\n"), /refused|not believed/);
    });
  }

  it("is called under the server's public key when that is all it takes", async () => {
    await using server = await startTestServer({ signatures: "v2-only" });
    const { json } = await request(server, "GET", "/.well-known/holdfast-keys.json", { authorized: false });
    const { keys: serverKeys } = json as { keys: readonly string[] };
    await using app = await startApp(server, { serverKeys });
    assert.deepEqual(await clientOf(server).syncApp(app.url), { appName: "shop", modified: true });
    assert.equal((await run(server)).status, "Completed");
    assert.match(String(app.calls.at(-1)?.headers["signature-input"]), /alg="ed25519"/);
  });

  it("is refused, with the reason, when it is set to the protocol's own signature alone", async () => {
    await using server = await startTestServer({ signatures: "v2-only" });
    await using app = await startApp(server, { signatures: "compat" });
    await assert.rejects(clientOf(server).syncApp(app.url), /does not sign as this server requires/);
  });
});

describe("our SDK with the protocol's own signature alone", { timeout: 60_000 }, () => {
  it("works on a server that takes both", async () => {
    await using server = await startTestServer();
    await using app = await startApp(server, { signatures: "compat" });
    assert.deepEqual(await clientOf(server).syncApp(app.url), { appName: "shop", modified: true });
    assert.equal((await run(server)).status, "Completed");
    for (const { headers } of app.asked) assert.match(headers.get("authorization") ?? "", /^Bearer signkey-/);
  });
});

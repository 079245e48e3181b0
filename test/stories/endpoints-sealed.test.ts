import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { newSealingKey, sealing, staticKeys } from "@holdfast/sealing";
import { fetchWithStream } from "holdfast/endpoints";
import type { OwnEndpointApp, OwnEndpointAppOptions } from "../kit/own-endpoint-app.ts";
import { startOwnEndpointApp } from "../kit/own-endpoint-app.ts";
import { freePort } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

const CANARY = "canary-4711";

describe("durable endpoints of an app that seals", { timeout: 60_000 }, () => {
  let server: TestServer;
  const ports: number[] = [];
  const key = newSealingKey();
  before(async () => {
    for (let count = 0; count < 6; count += 1) ports.push(await freePort());
    server = await startTestServer({
      endpointOrigins: ports.map((port) => `http://127.0.0.1:${port}`),
      // It takes nothing that is not sealed, streams included.
      payloads: { mode: "sealed", clearFields: [], formats: ["holdfast"] },
    });
  });
  after(() => server[Symbol.asyncDispose]());

  const start = (routes: OwnEndpointAppOptions["routes"]): Promise<OwnEndpointApp> =>
    startOwnEndpointApp({
      server,
      port: ports.pop() ?? 0,
      routes,
      client: {
        middleware: [
          sealing({ keys: staticKeys({ active: key, decryptOnly: [], revoked: [] }), environment: "test" }),
        ],
      },
    });

  /** Nothing that the app sent to the server, and nothing that the server has on its disk, shows the canary. */
  async function assertSealed(app: OwnEndpointApp): Promise<void> {
    assert.ok(app.reports.length > 0);
    for (const { body, path } of app.reports) assert.ok(!body.includes(CANARY), path);
    for (const { body, url } of app.reentries()) assert.ok(!`${url}${body}`.includes(CANARY));
    for (const entry of await readdir(server.dataDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      assert.ok(!(await readFile(path)).includes(CANARY), path);
    }
  }

  it("the server repeats a request that it cannot read, and the app's proxy opens the outcome", async () => {
    await using app = await start((client) => ({
      "/outcome": client.endpointProxy(),
      "*": client.endpoint(
        async (request, { step }) => {
          const order = (await request.json()) as { word: string };
          const word = await step.run("read", () => order.word);
          await step.sleep("pause", "1s");
          const query = new URL(request.url).searchParams.get("q");
          const type = request.headers.get("content-type");
          return new Response(JSON.stringify({ word, query, type }), {
            status: 202,
            headers: { "content-type": "application/json", "x-word": word, "set-cookie": `a=${word}` },
          });
        },
        { asyncRedirectUrl: "/outcome" },
      ),
    }));
    const sentOn = await fetch(`${app.url}/orders?q=${CANARY}`, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8", "x-forwarded-for": CANARY },
      body: JSON.stringify({ word: CANARY }),
      redirect: "manual",
    });
    assert.equal(sentOn.status, 302);
    const location = sentOn.headers.get("location") ?? "";
    assert.ok(location.startsWith(`${app.url}/outcome?`), location);
    const output = await fetch(location);
    assert.equal(output.status, 202);
    assert.equal(output.headers.get("x-word"), CANARY);
    assert.equal(output.headers.get("set-cookie"), `a=${CANARY}`);
    assert.deepEqual(await output.json(), {
      word: CANARY,
      query: CANARY,
      type: "application/json; charset=utf-8",
    });
    assert.ok(app.reentries().length > 0);
    // The server's own answer to the same token has nothing to read in it.
    const { searchParams } = new URL(location);
    const direct = await fetch(
      `${server.url}/v1/http/runs/${searchParams.get("runId")}/output?token=${searchParams.get("token")}`,
    );
    assert.ok(!(await direct.text()).includes(CANARY));
    await assertSealed(app);
  });

  it("an answer given at once is in clear for the caller, and sealed for the server; so is what a step failed with", async () => {
    await using app = await start((client) => ({
      "/outcome": client.endpointProxy(),
      "*": client.endpoint(
        async (_request, { step }) => {
          const caught = await step
            .run({ id: "fails", retries: 0 }, () => {
              throw new Error(CANARY);
            })
            .catch((error: unknown) => String(error));
          return { caught: caught.includes(CANARY) };
        },
        { asyncRedirectUrl: "/outcome" },
      ),
    }));
    const answer = await fetch(`${app.url}/x?q=${CANARY}`);
    assert.deepEqual(await answer.json(), { caught: true });
    await assertSealed(app);
  });

  it("words to a reader are sealed on their way over the server, and opened by the proxy", async () => {
    await using app = await start((client) => ({
      "/outcome": client.endpointProxy(),
      "*": client.endpoint(
        async (_request, { step, stream }) => {
          await step.run("first", () => stream.push({ word: `${CANARY} 1` }));
          await step.sleep("pause", "1s");
          await step.run("second", () => stream.push({ word: `${CANARY} 2` }));
          return { end: CANARY };
        },
        { asyncRedirectUrl: "/outcome" },
      ),
    }));
    const heard: unknown[] = [];
    const answer = await fetchWithStream(`${app.url}/x`, { onData: ({ data }) => heard.push(data) });
    assert.deepEqual(await answer.json(), { end: CANARY });
    assert.deepEqual(heard, [{ word: `${CANARY} 1` }, { word: `${CANARY} 2` }]);
    assert.ok(app.reports.some(({ path }) => path === "/v1/realtime/publish/tee"));
    await assertSealed(app);
  });
});

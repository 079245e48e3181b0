import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { NonRetriableError } from "holdfast";
import { fetchWithStream } from "holdfast/endpoints";
import { fetchWithStream as officialFetchWithStream } from "inngest/experimental/durable-endpoints/client";
import type { OwnEndpointApp, OwnEndpointAppOptions } from "../kit/own-endpoint-app.ts";
import { startOwnEndpointApp } from "../kit/own-endpoint-app.ts";
import { endOf } from "../kit/run-of.ts";
import { freePort } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import type { RunId } from "@holdfast/protocol";

for (const mode of ["production", "dev"] as const) {
  describe(`durable endpoints of our SDK, ${mode}`, { timeout: 60_000 }, () => {
    let server: TestServer;
    const ports: number[] = [];
    before(async () => {
      for (let count = 0; count < 10; count += 1) ports.push(await freePort());
      server = await startTestServer({
        mode,
        // A reader has the time to be where the server will speak.
        retryIntervalMs: 500,
        endpointOrigins: ports.map((port) => `http://127.0.0.1:${port}`),
      });
    });
    after(() => server[Symbol.asyncDispose]());

    const start = (routes: OwnEndpointAppOptions["routes"]): Promise<OwnEndpointApp> =>
      startOwnEndpointApp({ server, port: ports.pop() ?? 0, routes });

    const runIdOf = (app: OwnEndpointApp): RunId =>
      (
        JSON.parse(app.reports.find(({ path }) => path === "/v1/checkpoint")?.body ?? "{}") as {
          run_id: RunId;
        }
      ).run_id;

    it("a request that has nothing to wait for is answered at once, and is one ended run", async () => {
      await using app = await start((client) => ({
        "*": client.endpoint(async (request, { step }) => {
          const body = (await request.clone().json()) as { n: number };
          const first = await step.run("first", () => body.n);
          const second = await step.run("second", () => first + 1);
          return Response.json(
            { second, again: await request.json() },
            { status: 201, headers: { "x-a": "b" } },
          );
        }),
      }));
      const answer = await fetch(`${app.url}/sum?n=1`, { method: "POST", body: '{"n":20}' });
      assert.equal(answer.status, 201);
      assert.equal(answer.headers.get("x-a"), "b");
      assert.deepEqual(await answer.json(), { second: 21, again: { n: 20 } });
      const run = await endOf(server, runIdOf(app));
      assert.equal(run.status, "Completed");
      // In the second in which it starts a server has requests signed anew: it may have seen them before.
      const taken = app.reports.filter(({ status }) => status !== 503);
      assert.deepEqual(
        taken.map(({ path, status }) => `${path.replace(run.run_id, "ID")} ${status}`),
        [
          "/v1/checkpoint 200",
          "/v1/checkpoint/ID/steps 200",
          "/v1/checkpoint/ID/steps 200",
          "/v1/checkpoint/ID/steps 200",
        ],
      );
      assert.equal(app.reentries().length, 0);
    });

    it("what has to wait goes on without its caller, who is sent to the outcome", async () => {
      let ran = 0;
      await using app = await start((client) => ({
        "*": client.endpoint(async (request, { step }) => {
          const first = await step.run("first", () => (ran += 1));
          await step.sleep("pause", "1s");
          const text = await request.text();
          const last = await step.run("last", () => `${text} ${request.method}`);
          return { first, last, url: new URL(request.url).search };
        }),
      }));
      const sentOn = await fetch(`${app.url}/later?a=b%20c`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"z":1, "a":"ü"}',
        redirect: "manual",
      });
      assert.equal(sentOn.status, 302);
      assert.equal(sentOn.headers.get("cache-control"), "no-store");
      const output = await fetch(sentOn.headers.get("location") ?? "");
      assert.deepEqual(await output.json(), { first: 1, last: '{"z":1, "a":"ü"} POST', url: "?a=b%20c" });
      assert.equal(ran, 1);
      assert.ok(app.reentries().length >= 1);
      assert.ok(app.reentries().every(({ status }) => status === 206));
    });

    it("a failed step is tried again by the server, and a thrown error that is final fails the run", async () => {
      let attempts = 0;
      await using app = await start((client) => ({
        "/flaky": client.endpoint(async (_request, { step }) =>
          step.run("flaky", () => {
            attempts += 1;
            if (attempts < 3) throw new Error("not yet");
            return attempts;
          }),
        ),
        "/final": client.endpoint(async (_request, { step }) => {
          await step.run("first", () => 1);
          throw new NonRetriableError("secret words");
        }),
      }));
      assert.equal(await (await fetch(`${app.url}/flaky`)).json(), 3);
      const failed = await fetch(`${app.url}/final`);
      assert.equal(failed.status, 500);
      const said = await failed.text();
      assert.equal(said.includes("secret words"), mode === "dev");
      const { run_id: runId } = JSON.parse(said) as { run_id: RunId };
      assert.equal((await endOf(server, runId)).status, "Failed");
    });

    it("parallel steps run once each, called for by their ids", async () => {
      const ran: string[] = [];
      await using app = await start((client) => ({
        "*": client.endpoint(async (_request, { step }) => {
          const run = (id: string, value: number): Promise<number> =>
            step.run(id, () => {
              ran.push(id);
              return value;
            });
          const [left, right] = await Promise.all([run("left", 20), run("right", 1)]);
          return run("sum", left + right);
        }),
      }));
      assert.equal(await (await fetch(app.url, { method: "DELETE" })).json(), 21);
      assert.deepEqual(ran.toSorted(), ["left", "right", "sum"]);
    });

    it("of steps that race the one that finished first wins in every call, whatever they are called", async () => {
      const winners: string[] = [];
      const passed = Promise.withResolvers<void>();
      await using app = await start((client) => ({
        "*": client.endpoint(async (_request, { group, step }) => {
          const winner = await group.parallel(() =>
            Promise.race([
              step.run("a", async () => {
                await passed.promise;
                return "slow";
              }),
              step.run("b", () => "fast"),
            ]),
          );
          winners.push(winner);
          passed.resolve();
          await step.sleep("pause", "1s");
          return winner;
        }),
      }));
      assert.equal(await (await fetch(app.url)).json(), "fast");
      assert.deepEqual([...new Set(winners)], ["fast"]);
    });

    it("asks for a token instead, and its own proxy hands the outcome on", async () => {
      await using app = await start((client) => ({
        "/outcome": client.endpointProxy(),
        "*": client.endpoint(
          async (_request, { step }) => {
            await step.sleep("pause", "1s");
            return new Response("rested", { headers: { "content-type": "text/plain" } });
          },
          { asyncResponse: "token", asyncRedirectUrl: "/outcome", functionId: "rest" },
        ),
      }));
      const answer = await fetch(`${app.url}/x`);
      const { run_id: runId, token } = (await answer.json()) as { run_id: string; token: string };
      const output = await fetch(`${app.url}/outcome?runId=${runId}&token=${token}`);
      assert.equal(await output.text(), "rested");
      assert.equal(output.headers.get("content-type"), "text/plain");
      assert.equal(output.headers.get("access-control-allow-origin"), "*");
      assert.equal((await fetch(`${app.url}/outcome?runId=${runId}&token=a.b.c`)).status, 401);
      assert.equal((await fetch(`${app.url}/outcome?runId=../x&token=${token}`)).status, 400);
      assert.equal((await fetch(`${app.url}/outcome`)).status, 400);
    });

    it("who reads along hears what steps say, at once and after the run went to the server, and once", async () => {
      let attempts = 0;
      await using app = await start((client) => ({
        "*": client.endpoint(async (_request, { step, stream }) => {
          stream.push("outside");
          await step.run("first", async () => {
            await stream.pipe(new Response("öne").body ?? new ReadableStream<Uint8Array>());
          });
          await step.run("flaky", () => {
            attempts += 1;
            stream.push(`attempt ${attempts}`);
            if (attempts === 1) throw new Error("not yet");
          });
          return Response.json("end", { status: 203, headers: { "x-a": "b" } });
        }),
      }));
      for (const [read, name] of [
        [fetchWithStream, "own"],
        [officialFetchWithStream, "official"],
      ] as const) {
        attempts = 0;
        const told: unknown[] = [];
        const answer = await read(`${app.url}/${name}`, {
          onMetadata: ({ runId }) => told.push(runId.length),
          onData: ({ data, hashedStepId }) => told.push([data, hashedStepId !== null]),
          onCommit: ({ hashedStepId }) => told.push(["commit", hashedStepId !== null]),
          onRollback: ({ hashedStepId }) => told.push(["rollback", hashedStepId !== null]),
        });
        assert.equal(answer.status, 203);
        assert.equal(answer.headers.get("x-a"), "b");
        assert.equal(await answer.json(), "end");
        assert.deepEqual(told, [
          26,
          ["outside", false],
          ["öne", true],
          ["commit", true],
          ["attempt 1", true],
          ["rollback", true],
          ["attempt 2", true],
          ["commit", true],
          ["commit", false],
        ]);
      }
    });

    it("who reads along of a request that is answered at once gets it all from the app", async () => {
      await using app = await start((client) => ({
        "*": client.endpoint(async (_request, { step, stream }) => {
          await step.run("first", () => stream.push(1));
          return "end";
        }),
        "/fails": client.endpoint(async () => {
          throw new NonRetriableError("no use");
        }),
      }));
      const heard: unknown[] = [];
      const answer = await fetchWithStream(app.url, { onData: ({ data }) => heard.push(data) });
      assert.equal(await answer.json(), "end");
      assert.deepEqual(heard, [1]);
      assert.equal((await fetchWithStream(`${app.url}/fails`)).status, 500);
      assert.equal(app.reentries().length, 0);
      assert.ok(!app.reports.some(({ path }) => path.startsWith("/v1/realtime/publish")));
    });

    it("who reads along of a run that fails for good is told so when it ends", async () => {
      await using app = await start((client) => ({
        "*": client.endpoint(
          async (_request, { step, stream }) =>
            step.run("fails", () => {
              stream.push("trying");
              throw new Error("no use");
            }),
          { retries: 1 },
        ),
      }));
      const heard: unknown[] = [];
      const answer = await fetchWithStream(app.url, { onData: ({ data }) => heard.push(data) });
      assert.equal(answer.status, 500);
      assert.equal(((await answer.json()) as { status: string }).status, "failed");
      assert.deepEqual(heard, ["trying", "trying"]);
    });
  });
}

describe("durable endpoints where everything must be signed by v2", { timeout: 60_000 }, () => {
  it("go on, stream and end as elsewhere", async () => {
    const port = await freePort();
    await using server = await startTestServer({
      signatures: "v2-only",
      retryIntervalMs: 500,
      endpointOrigins: [`http://127.0.0.1:${port}`],
    });
    await using app = await startOwnEndpointApp({
      server,
      port,
      client: { signatures: "strict" },
      routes: (client) => ({
        "*": client.endpoint(async (request, { step, stream }) => {
          await step.run("first", () => stream.push(1));
          await step.sleep("pause", "1s");
          await step.run("second", () => stream.push(2));
          return request.text();
        }),
      }),
    });
    const heard: unknown[] = [];
    const answer = await fetchWithStream(`${app.url}/x`, {
      fetchOptions: { method: "PATCH", body: "text" },
      onData: ({ data }) => heard.push(data),
    });
    assert.equal(await answer.json(), "text");
    assert.deepEqual(heard, [1, 2]);
    assert.ok(app.reentries().length > 0);
    assert.ok(app.reentries().every(({ status }) => status === 206));
  });
});

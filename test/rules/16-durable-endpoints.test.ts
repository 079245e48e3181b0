import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { NonRetriableError, step } from "inngest";
import type { RunId } from "@holdfast/protocol";
import type { EndpointApp, EndpointAppOptions } from "../kit/endpoint-app.ts";
import { startEndpointApp } from "../kit/endpoint-app.ts";
import { clientOf, endOf } from "../kit/run-of.ts";
import { freePort } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

/** A production server that trusts the ports at which the endpoints of these tests are. */
let server: TestServer;
const ports: number[] = [];
before(async () => {
  for (let count = 0; count < 12; count += 1) ports.push(await freePort());
  server = await startTestServer({ endpointOrigins: ports.map((port) => `http://127.0.0.1:${port}`) });
});
after(() => server[Symbol.asyncDispose]());

function start(options: Omit<EndpointAppOptions, "server" | "port">): Promise<EndpointApp> {
  const port = ports.pop();
  if (port === undefined) throw new Error("There are more endpoints than ports.");
  return startEndpointApp({ server, port, ...options });
}

/** The run that the app's one request began. */
async function runIdOf(app: EndpointApp): Promise<RunId> {
  const report = await until("the app told of a run", () =>
    app.reports.find(({ path, status }) => path === "/v1/checkpoint" && status === 200),
  );
  return (report.body as { run_id: RunId }).run_id;
}

describe("16.2 sync runs", () => {
  it("16.2 an endpoint that does its steps at once is one run, begun, reported on and ended by its app", async () => {
    await using app = await start({
      async endpoint(request) {
        const first = await step.run("first", () => 20);
        const second = await step.run("second", () => first + 1);
        return { sum: second, query: new URL(request.url).search };
      },
    });
    const answer = await fetch(`${app.url}/sum?n=1`);
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { sum: 21, query: "?n=1" });
    const runId = await runIdOf(app);
    const run = await endOf(server, runId);
    assert.equal(run.status, "Completed");
    assert.equal(app.reentries().length, 0);
    assert.deepEqual(
      app.reports.map(({ path }) => path),
      ["/v1/checkpoint", `/v1/checkpoint/${runId}/steps`, `/v1/checkpoint/${runId}/steps`],
    );
    const event = await clientOf(server).event(run.event_id);
    assert.equal(event.name, "inngest/http.request");
  });

  it("16.2 an async op makes the run the server's, which repeats the request until it ends", async () => {
    let ran = 0;
    await using app = await start({
      async endpoint() {
        const first = await step.run("first", () => (ran += 1));
        await step.sleep("pause", "1s");
        return { first };
      },
    });
    const answer = await fetch(`${app.url}/later?a=b`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"z":1, "a":"ü"}',
      redirect: "manual",
    });
    assert.equal(answer.status, 302);
    const location = answer.headers.get("location") ?? "";
    const output = await fetch(location);
    assert.equal(output.status, 200);
    assert.deepEqual(await output.json(), { first: 1 });
    assert.equal(ran, 1);
    const run = await endOf(server, await runIdOf(app));
    assert.equal(run.status, "Completed");
    for (const reentry of app.reentries()) {
      assert.equal(reentry.method, "POST");
      assert.equal(reentry.url, "/later?a=b");
      assert.equal(reentry.headers["content-type"], "application/json");
      assert.equal(reentry.headers["x-run-id"], run.run_id);
      assert.match(String(reentry.headers["x-inngest-signature"]), /^t=\d+&s=[0-9a-f]{64}$/);
      assert.equal(reentry.headers["x-inngest-force-step-plan"], "false");
      assert.equal(reentry.headers["x-inngest-req-version"], "2");
      assert.equal(reentry.status, 206);
    }
  });

  it("16.2 StepError schedules the retry through the server", async () => {
    let attempts = 0;
    await using app = await start({
      async endpoint() {
        return await step.run("flaky", () => {
          attempts += 1;
          if (attempts < 3) throw new Error("not yet");
          return attempts;
        });
      },
    });
    const output = await fetch(app.url);
    assert.deepEqual(await output.json(), 3);
    assert.equal(attempts, 3);
  });

  it("16.2 an endpoint that throws is retried by the server, and fails when it must not be", async () => {
    let attempts = 0;
    await using app = await start({
      async endpoint() {
        await step.run("first", () => 1);
        attempts += 1;
        if (attempts === 1) throw new Error("try again");
        throw new NonRetriableError("no use");
      },
    });
    const output = await fetch(app.url);
    assert.equal(output.status, 500);
    const { status, error } = (await output.json()) as { status: string; error: { message: string } };
    assert.equal(status, "failed");
    assert.equal(error.message, "no use");
    assert.equal(attempts, 2);
  });
});

describe("16.4 re-entry of an async durable run", () => {
  it("16.4 parallel steps are planned, then each is called for by its id, and every step runs once", async () => {
    const ran: string[] = [];
    await using app = await start({
      async endpoint() {
        const [left, right] = await Promise.all([
          step.run("left", () => {
            ran.push("left");
            return 20;
          }),
          step.run("right", () => {
            ran.push("right");
            return 1;
          }),
        ]);
        return step.run("sum", () => {
          ran.push("sum");
          return left + right;
        });
      },
    });
    const output = await fetch(app.url);
    assert.equal(await output.json(), 21);
    assert.deepEqual(ran.toSorted(), ["left", "right", "sum"]);
    const targeted = app.reentries().filter(({ headers }) => headers["x-inngest-step-id"] !== undefined);
    assert.equal(targeted.length, 2);
    assert.ok(targeted.every(({ headers }) => headers["x-inngest-force-step-plan"] === "true"));
  });

  it("16.4 a call is repeated with the same method and without a body where there was none", async () => {
    await using app = await start({
      async endpoint() {
        await step.sleep("pause", "1s");
        return "rested";
      },
    });
    const sentOn = await fetch(`${app.url}/rest?x=%C3%BC&y=`, { method: "DELETE", redirect: "manual" });
    assert.equal(await (await fetch(sentOn.headers.get("location") ?? "")).json(), "rested");
    const [, ...reentries] = app.requests;
    assert.ok(reentries.length > 0);
    for (const { headers, method, url } of reentries) {
      assert.equal(method, "DELETE");
      assert.equal(url, "/rest?x=%C3%BC&y=");
      assert.equal(headers["content-length"] ?? "0", "0");
    }
  });

  it("16.4 a caller who claims a run without a signature is refused by the app", async () => {
    let ran = 0;
    await using app = await start({
      async endpoint() {
        return step.run("once", () => (ran += 1));
      },
    });
    const answer = await fetch(app.url, {
      headers: { "x-run-id": "01J00000000000000000000000", "x-inngest-signature": "t=1&s=00" },
    });
    assert.equal(answer.status, 401);
    assert.equal(ran, 0);
  });

  it("16.4 in development the signature is empty, and the app knows the request all the same", async () => {
    await using development = await startTestServer({ mode: "dev" });
    await using app = await startEndpointApp({
      server: development,
      port: 0,
      functionId: "rest",
      async endpoint() {
        await step.sleep("pause", "1s");
        return "rested";
      },
    });
    assert.equal(await (await fetch(app.url)).json(), "rested");
    assert.ok(app.reentries().length > 0);
    assert.ok(app.reentries().every(({ headers }) => headers["x-inngest-signature"] === ""));
  });

  it("16.4 an origin that is vouched for no more is not called, and the run says why", async () => {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    await using trusting = await startTestServer({ endpointOrigins: [origin] });
    await using app = await startEndpointApp({
      server: trusting,
      port,
      retries: 1,
      async endpoint() {
        await step.sleep("pause", "1s");
        return "never";
      },
    });
    await (await fetch(app.url, { redirect: "manual" })).text();
    await trusting.stop();
    await trusting.start({ endpointOrigins: [] });
    const run = await endOf(trusting, await runIdOf(app));
    assert.equal(run.status, "Failed");
    assert.match(JSON.stringify(run.output), /endpoint_not_vouched_for/);
    assert.equal(app.reentries().length, 0);
  });
});

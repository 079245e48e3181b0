import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { RunId } from "@holdfast/protocol";
import { request } from "../http/request.ts";
import type { Begun } from "../kit/endpoint-report.ts";
import { beginning, begunOf, COMPLETE, newRunId, report, stepRun } from "../kit/endpoint-report.ts";
import type { Listener } from "../kit/listener.ts";
import { startListener } from "../kit/listener.ts";
import { clientOf, endOf } from "../kit/run-of.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

interface Job {
  readonly at: string;
  readonly kind: string;
  readonly attempt: number;
  readonly Raw: { readonly key: string };
}

async function jobsOf(server: TestServer, runId: RunId): Promise<readonly Job[]> {
  const answer = await request(server, "GET", `/v1/runs/${runId}/jobs`);
  // The route lists what is queued; each test looks at the fields it needs.
  return (answer.json as { data: readonly Job[] }).data;
}

describe("16.2 what an app reports of a run it began", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ endpointOrigins: ["https://shop.example"] });
  });
  after(() => server[Symbol.asyncDispose]());

  it("16.2 the answer names function, app and run, and has two tokens that are not empty", async () => {
    const runId = newRunId();
    const answer = await report(server, "/v1/checkpoint", beginning(runId));
    assert.equal(answer.status, 200);
    const begun = begunOf(answer);
    assert.equal(begun.run_id, runId);
    for (const id of [begun.fn_id, begun.app_id])
      assert.match(id, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    for (const token of [begun.token, begun.realtime_token]) assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
    const { metadata } = answer.json as { metadata: { fetched_at: string } };
    assert.ok(Date.parse(metadata.fetched_at) > 0);
    assert.equal((await clientOf(server).run(runId)).status, "Running");
  });

  it("16.2 the function is `fn`, or method and path, and belongs to the app of the domain", async () => {
    const names = async (data: Readonly<Record<string, unknown>>): Promise<Begun> =>
      begunOf(await report(server, "/v1/checkpoint", beginning(newRunId(), {}, data)));
    const get = await names({ path: "/names" });
    const again = await names({ path: "/names", query_params: "other=1" });
    const post = await names({ path: "/names", method: "POST" });
    const named = await names({ path: "/names", fn: "checkout" });
    assert.equal(get.fn_id, again.fn_id);
    assert.equal(new Set([get.fn_id, post.fn_id, named.fn_id]).size, 3);
    assert.equal(new Set([get.app_id, post.app_id, named.app_id]).size, 1);
    const listed = await request(
      server,
      "GET",
      `/v1/apps/${encodeURIComponent("https://shop.example")}/functions`,
    );
    for (const name of ["GET /names", "POST /names", "checkout"]) assert.ok(listed.text.includes(name), name);
  });

  it("16.2 a run id that is known answers 409, and so does an idempotency key", async () => {
    const runId = newRunId();
    assert.equal((await report(server, "/v1/checkpoint", beginning(runId))).status, 200);
    const second = await report(server, "/v1/checkpoint", beginning(runId));
    assert.equal(second.status, 409);
    assert.equal((second.json as { error: string }).error, "Run already exists");
    const keyed = (): ReturnType<typeof report> =>
      report(server, "/v1/checkpoint", beginning(newRunId(), { idempotency: "order-1" }));
    assert.equal((await keyed()).status, 200);
    assert.equal((await keyed()).status, 409);
  });

  it("16.2 a body that is not valid answers 400, and changes nothing", async () => {
    const runId = newRunId();
    for (const body of [
      beginning("no-ulid"),
      beginning(runId, { event: { name: "order/paid", data: {} } }),
      beginning(runId, {}, { domain: 1 }),
      beginning(runId, {}, { method: "TRACE" }),
      beginning(runId, {}, { path: "pay" }),
      beginning(runId, {}, { content_type: "a\r\nhost: evil" }),
      beginning(runId, { retries: -1 }),
      beginning(runId, { steps: [{ op: "Nothing", id: "a" }] }),
      beginning(runId, { steps: {} }),
    ]) {
      const answer = await report(server, "/v1/checkpoint", body);
      assert.equal(answer.status, 400, JSON.stringify(body));
    }
    assert.equal((await request(server, "POST", "/v1/checkpoint", { body: "{" })).status, 400);
    assert.equal((await request(server, "GET", `/v1/runs/${runId}`)).status, 404);
  });

  it("16.2 an origin that nobody vouched for is refused, however it is written, and told what would accept it", async () => {
    for (const domain of [
      "https://evil.example",
      "https://shop.example.evil.example",
      "https://shop.example:8443",
      "https://shop.example@evil.example",
      "http://127.0.0.1:8288",
      "http://169.254.169.254",
      "ftp://shop.example",
      "shop.example",
    ]) {
      const runId = newRunId();
      const answer = await report(server, "/v1/checkpoint", beginning(runId, {}, { domain }));
      assert.equal(answer.status, 403, domain);
      assert.match((answer.json as { next: string }).next, /--endpoint-origin/);
      assert.equal((await request(server, "GET", `/v1/runs/${runId}`)).status, 404);
    }
  });

  it("16.2 a proxied app that takes itself for http is called under the https that was vouched for", async () => {
    const [https, http] = await Promise.all(
      ["https://shop.example", "http://shop.example"].map(async (domain) =>
        begunOf(await report(server, "/v1/checkpoint", beginning(newRunId(), {}, { domain }))),
      ),
    );
    assert.equal(http?.app_id, https?.app_id);
  });

  it("16.2 a registered app can neither take the place of an endpoint nor be replaced by one", async () => {
    const registration = (appName: string): Readonly<Record<string, unknown>> => ({
      url: "https://shop.example/api/inngest",
      appName,
      sdk: "js:v4.24.0",
      functions: [],
    });
    const refused = await report(server, "/fn/register", registration("https://shop.example"));
    assert.equal(refused.status, 400);
    const accepted = await report(server, "/fn/register", registration("shop"));
    assert.equal(accepted.status, 200);
    const listed = await request(server, "GET", "/holdfast/v1/apps");
    assert.deepEqual(
      (listed.json as { data: readonly { name: string }[] }).data.map(({ name }) => name),
      ["shop"],
    );
  });

  it("16.2 RunComplete and SyncRunComplete end the run, in the first report and later ones", async () => {
    const data = { status: 201, headers: { "content-type": "text/plain" }, body: "done" };
    for (const op of ["RunComplete", "SyncRunComplete"]) {
      const at = newRunId();
      await report(
        server,
        "/v1/checkpoint",
        beginning(at, { steps: [stepRun("a", 1), { op, id: COMPLETE, data }] }),
      );
      assert.equal((await endOf(server, at)).status, "Completed");
      const later = newRunId();
      await report(server, "/v1/checkpoint", beginning(later, { steps: [stepRun("a", 1)] }));
      const ended = await report(server, `/v1/http/runs/${later}/steps`, {
        run_id: later,
        steps: [{ op, id: COMPLETE, data }],
      });
      assert.equal(ended.status, 200);
      assert.deepEqual((await endOf(server, later)).output, data);
      const repeated = await report(server, `/v1/checkpoint/${later}/steps`, {
        steps: [{ op, id: COMPLETE, data }],
      });
      assert.equal(repeated.status, 200);
    }
  });

  it("16.2 /steps of an unknown run answers 404, of another run than the body's 400", async () => {
    const runId = newRunId();
    assert.equal((await report(server, `/v1/checkpoint/${runId}/steps`, { steps: [] })).status, 404);
    assert.equal((await report(server, "/v1/checkpoint/x/steps", { steps: [] })).status, 400);
    const other = await report(server, `/v1/checkpoint/${runId}/steps`, { run_id: newRunId(), steps: [] });
    assert.equal(other.status, 400);
  });

  it("16.2 the body of a Go app is base64, that of any other is text", async () => {
    const bodyOf = async (sdk: string, body: string): Promise<unknown> => {
      const runId = newRunId();
      const answer = await report(server, "/v1/checkpoint", beginning(runId, {}, { method: "POST", body }), {
        "x-inngest-sdk": sdk,
      });
      assert.equal(answer.status, 200, answer.text);
      const { event_id } = await clientOf(server).run(runId);
      return ((await clientOf(server).event(event_id)).data as { body: unknown }).body;
    };
    assert.equal(await bodyOf("go:v0.14.0", Buffer.from("grüß").toString("base64")), "grüß");
    assert.equal(await bodyOf("inngest-js:v4.24.0", "aGVsbG8="), "aGVsbG8=");
  });
});

describe("16.2 a run whose app went silent", () => {
  let server: TestServer;
  let app: Listener;
  before(async () => {
    server = await startTestServer({ mode: "dev" });
    app = await startListener(() => ({
      status: 206,
      headers: { "x-inngest-sdk": "inngest-js:v4.24.0", "x-inngest-req-version": "2" },
      body: JSON.stringify({
        op: "RunComplete",
        id: COMPLETE,
        data: { status: 200, headers: {}, body: "late" },
      }),
    }));
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it("16.2 is asked again after 15 minutes without news, each report moves the time, and old news is refused", async () => {
    const client = clientOf(server);
    const runId = newRunId();
    const minutes = async (count: number): Promise<unknown> => client.advanceClock(count * 60_000);
    const dueInMinutes = async (): Promise<number> => {
      const [job] = await jobsOf(server, runId);
      const { now } = await client.clock();
      return Math.round((Date.parse(job?.at ?? "") - now) / 60_000);
    };
    await report(
      server,
      "/v1/checkpoint",
      beginning(runId, {}, { domain: app.origin, path: "//evil.example/x" }),
    );
    assert.equal(await dueInMinutes(), 15);
    await minutes(10);
    assert.equal(await dueInMinutes(), 5);
    await report(server, `/v1/checkpoint/${runId}/steps`, { steps: [stepRun("a", 1)] });
    assert.equal(await dueInMinutes(), 15);
    assert.equal(app.heard.length, 0);
    await minutes(16);
    const run = await endOf(server, runId);
    assert.equal(run.status, "Completed");
    assert.equal(app.heard.length, 1);
    assert.equal(app.heard[0]?.url, "//evil.example/x?x=1");
    // Nothing is signed in development: the header is there all the same, and is how an app knows the request.
    assert.equal(app.heard[0]?.headers["x-inngest-signature"], "");
  });

  it("16.2 and has been taken over refuses news of the old request with 409", async () => {
    const runId = newRunId();
    const planned = [{ op: "Sleep", id: "pause", name: "1h" }, stepRun("known", 1)];
    await report(
      server,
      "/v1/checkpoint",
      beginning(runId, { steps: planned }, { domain: app.origin, path: "/taken" }),
    );
    await until("the run sleeps", async () =>
      (await jobsOf(server, runId)).some(({ kind }) => kind === "sleep"),
    );
    const steps = (ops: readonly unknown[]): ReturnType<typeof report> =>
      report(server, `/v1/checkpoint/${runId}/steps`, { steps: ops });
    assert.equal((await steps(planned)).status, 200);
    assert.equal((await steps([stepRun("news", 2)])).status, 409);
    const actions = await request(server, "GET", `/v0/runs/${runId}/actions`);
    assert.deepEqual(actions.json, { known: { data: 1 } });
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { EventId, RunId } from "@holdfast/protocol";
import { GUARDED, GUARDED_V2, RUN } from "../http/guarded-routes.ts";
import { request } from "../http/request.ts";
import { makeEnvironment, operatorOf } from "../kit/operator.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import { startTestApp } from "../kit/test-app.ts";
import { bearerOf } from "../kit/test-keys.ts";
import type { ServerPlace, TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

/** What an id of another environment may come to: nothing is there, or what is asked for is no matter of ids. */
const NOTHING_THERE: ReadonlySet<number> = new Set([400, 404, 415, 501]);
/** Routes that speak of the environment they are asked in, and take no id. */
const OF_THE_WHOLE =
  /^GET (?:\/v2|\/api\/v2)?\/(?:health|account|envs|keys\/\w+|runs|runs\/stranded|sealing\/keys|apps)$|^GET \/v1\/(?:events|cancellations)$|^GET \/holdfast\/v1\/|^POST \/v0\/telemetry$/;

async function runIn(
  place: ServerPlace,
  name: string,
): Promise<{ readonly eventId: EventId; readonly runId: RunId }> {
  const { ids } = await clientOf(place).send({ name, data: { from: name } });
  const [eventId] = ids;
  assert.ok(eventId !== undefined);
  const run = await runOf(place, eventId);
  return { eventId, runId: run.run_id };
}

describe("environments of one server", { timeout: 120_000 }, () => {
  let server: TestServer;
  let staging: ServerPlace;

  before(async () => {
    server = await startTestServer();
    staging = await makeEnvironment(server, "staging");
  });
  after(() => server[Symbol.asyncDispose]());

  it("A-030 A-032 an app of one is called for its events alone, and what happened there is nothing in the other, on every route", async () => {
    const functions = (answer: string) => [
      { id: "fulfil", triggers: [{ event: "order/paid" }], handler: () => answer },
    ];
    const shared = { sdk: "v4", adapter: "node", id: "shop" } as const;
    await using productionApp = await startTestApp({
      server,
      ...shared,
      functions: functions("done-in-production"),
    });
    await using stagingApp = await startTestApp({
      server: staging,
      ...shared,
      functions: functions("done-in-staging"),
    });
    const inProduction = await runIn(server, "order/paid");
    const inStaging = await runIn(staging, "order/paid");
    assert.deepEqual((await clientOf(server).run(inProduction.runId)).output, "done-in-production");
    assert.deepEqual((await clientOf(staging).run(inStaging.runId)).output, "done-in-staging");
    const calls = (app: typeof productionApp) =>
      app.requests.filter(({ method }) => method === "POST").length;
    assert.deepEqual([calls(productionApp), calls(stagingApp)], [1, 1]);

    // Ids of production, asked for with staging's key; and whatever comes back holds nothing of production.
    const { eventId, runId } = inProduction;
    const listed = [
      ...GUARDED,
      ...GUARDED_V2.flatMap(([method, path]) =>
        ["/v2", "/api/v2"].map((prefix) => [method, prefix + path] as const),
      ),
    ];
    const routes = listed.filter(([, path]) => !path.includes("/follow"));
    assert.ok(routes.length > 150);
    for (const [method, path] of routes) {
      const isEvent = path.includes("/events/");
      const asked = path.replace(RUN, isEvent ? eventId : runId);
      const answer = await request(staging, method, asked, {
        headers: { "content-type": "application/json" },
        body: "{}",
      });
      const place = `${method} ${asked}`;
      assert.ok(!answer.text.includes("done-in-production"), place);
      if (!OF_THE_WHOLE.test(`${method} ${path.split("?")[0]}`) && path.includes(RUN))
        assert.ok(
          NOTHING_THERE.has(answer.status) || answer.text.startsWith('{"data":[],'),
          `${place}: ${answer.status} ${answer.text}`,
        );
    }
    assert.equal((await clientOf(server).run(runId)).status, "Completed", "nothing happened to it");
  });

  it("A-160 an event key of one environment does nothing in another, and says so as of any unknown key", async () => {
    const crossed: ServerPlace = { ...staging, eventKey: server.eventKey };
    const { ids } = await clientOf(crossed).send({ name: "crossed/over", data: {} });
    const [id] = ids;
    assert.ok(id !== undefined);
    assert.equal((await request(staging, "GET", `/v1/events/${id}`)).status, 404);
    assert.equal((await request(server, "GET", `/v1/events/${id}`)).status, 200);
    const unknown = await request(server, "POST", `/e/${staging.eventKey}x`, {
      authorized: false,
      body: "{}",
    });
    assert.deepEqual([unknown.status, unknown.json], [401, { error: "Event key not found", status: 401 }]);
  });

  it("x-inngest-env chooses nothing for a key that has no branches", async () => {
    const headers = { "x-inngest-env": "production" };
    const { json } = await request(staging, "GET", "/v2/envs", { headers });
    assert.deepEqual(
      (json as { data: { name: string }[] }).data.map(({ name }) => name),
      ["staging"],
    );
  });

  it("an environment in the archive takes nothing in, keeps its history, and goes on where it was", async () => {
    const place = await makeEnvironment(server, "archived");
    const { ids } = await clientOf(place).send({ name: "before/archive", data: {} });
    const [id] = ids;
    assert.ok(id !== undefined);
    const operator = operatorOf(server);
    assert.notEqual((await operator.archiveEnvironment("archived")).archived_at, null);
    const refused = await request(place, "POST", `/e/${place.eventKey}`, {
      authorized: false,
      body: '{"name":"a/b"}',
    });
    assert.equal(refused.status, 410);
    assert.equal((refused.json as { code: string }).code, "environment_archived");
    assert.equal((await request(place, "POST", "/fn/register", { body: "{}" })).status, 410);
    assert.equal((await clientOf(place).event(id)).name, "before/archive");
    await operator.unarchiveEnvironment("archived");
    assert.equal((await clientOf(place).send({ name: "after/archive", data: {} })).ids.length, 1);
  });

  it("branches of a family come with their first registration, under the family's keys, and know nothing of each other", async () => {
    const family = await makeEnvironment(server, "previews", "branches");
    const inBranch = (branch: string) => ({ "x-inngest-env": branch });
    const send = (branch: string) =>
      request(family, "POST", `/e/${family.eventKey}`, {
        authorized: false,
        headers: inBranch(branch),
        body: '{"name":"branch/event"}',
      });
    assert.equal((await send("feature/one")).status, 404);
    const registration = JSON.stringify({
      url: "http://127.0.0.1:9/api/inngest",
      deployType: "ping",
      framework: "nodejs",
      appName: "shop",
      sdk: "js:v4.24.0",
      v: "0.1",
      capabilities: {},
      functions: [],
    });
    for (const branch of ["feature/one", "feature/two"]) {
      const registered = await request(family, "POST", "/fn/register", {
        headers: inBranch(branch),
        body: registration,
      });
      assert.equal(registered.status, 200, registered.text);
    }
    const { json } = await send("feature/one");
    const [id = ""] = (json as { ids: string[] }).ids;
    const seen = async (branch: string) =>
      (await request(family, "GET", `/v1/events/${id}`, { headers: inBranch(branch) })).status;
    assert.deepEqual([await seen("feature/one"), await seen("feature/two")], [200, 404]);
    const names = new Set((await operatorOf(server).environments()).map(({ name }) => name));
    assert.ok(names.has("previews--feature-one") && names.has("previews--feature-two"));
    // Nobody makes a branch by looking for one.
    const looked = await request(family, "GET", "/v1/events", { headers: inBranch("feature/three") });
    assert.equal(looked.status, 404, looked.text);
    // Whoever has no key of the family makes no branch.
    const stranger = await request(staging, "POST", "/fn/register", {
      headers: inBranch("feature/three"),
      body: registration,
    });
    assert.equal(stranger.status, 200, "it is staging's own registration");
    assert.equal(
      (await operatorOf(server).environments()).some(({ name }) => name.includes("three")),
      false,
    );
  });

  it("A-090 an app that turns up at another host is called where it was, until an operator approves the new address", async () => {
    const place = await makeEnvironment(server, "moving");
    const register = (url: string) =>
      request(place, "POST", "/fn/register", {
        body: JSON.stringify({
          url,
          deployType: "ping",
          appName: "shop",
          sdk: "js:v4.24.0",
          framework: "nodejs",
          v: "0.1",
          functions: [],
        }),
      });
    assert.equal((await register("https://shop.example.org/api/inngest")).status, 200);
    const held = await register("https://evil.example/api/inngest");
    assert.deepEqual([held.status, (held.json as { code: string }).code], [400, "origin_held"]);
    assert.equal((await clientOf(place).apps())[0]?.url, "https://shop.example.org/api/inngest");
    const operator = operatorOf(server);
    const rows = await until("the log says so", async () => {
      const found = await operator.auditRows("moving", { action: "app.origin_held" });
      return found.length > 0 && found;
    });
    assert.match(JSON.stringify(rows[0]), /evil\.example/);
    await operator.approveOrigin("moving", "shop", "https://shop2.example.org");
    assert.equal((await register("https://evil.example/api/inngest")).status, 400);
    assert.equal((await register("https://shop2.example.org/api/inngest")).status, 200);
    await assert.rejects(operator.approveOrigin("moving", "shop", "https://shop2.example.org/path"));
  });

  it("everything is there after a restart, with the same keys", async () => {
    await server.stop();
    await server.start();
    assert.ok((await operatorOf(server).environments()).some(({ name }) => name === "staging"));
    const answer = await until("staging answers", async () => {
      const { status } = await request(staging, "GET", "/v2/envs");
      return status === 200 && status;
    });
    assert.equal(answer, 200);
  });
});

describe("the operators' API", { timeout: 60_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  const PATH = "/holdfast/v1/admin/environments";
  const ask = (headers: Readonly<Record<string, string>>, path = PATH) =>
    request(server, "GET", path, { headers, authorized: false });

  it("A-091 takes an operator's token, and neither a signing key nor an event key in any form", async () => {
    const { eventKey, operatorToken, signingKey } = server;
    assert.ok(signingKey !== null);
    assert.equal((await ask({ authorization: `Bearer ${operatorToken}` })).status, 200);
    for (const authorization of [
      bearerOf(signingKey),
      `Bearer ${signingKey}`,
      `Bearer ${eventKey}`,
      `Basic ${operatorToken}`,
    ]) {
      const refused = await ask({ authorization });
      assert.deepEqual(
        [refused.status, refused.headers["www-authenticate"]],
        [401, "Bearer"],
        authorization.slice(0, 12),
      );
    }
    // And the token is none of the keys that apps have.
    const asApp = { authorization: `Bearer ${operatorToken}`, "x-inngest-env": "production" };
    const registered = await request(server, "POST", "/fn/register", {
      headers: asApp,
      body: "{}",
      authorized: false,
    });
    assert.equal(registered.status, 403);
    assert.equal((await ask(asApp, "/e/")).status, 404);
  });

  it("A-004 A-040 A-041 refuses what a page of another origin sends, with a good token too", async () => {
    const authorization = `Bearer ${server.operatorToken}`;
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      // Whoever has a token is no page of ours, whatever the browser adds.
      { origin: "https://evil.example", cookie: "holdfast-session=x" },
    ])
      assert.equal((await ask({ authorization, ...(headers as Record<string, string>) })).status, 403);
  });

  it("A-051 a token in the URL is revoked at once, and the log says so", async () => {
    const { secret = "" } = await operatorOf(server).createOperatorToken({ name: "careless", role: "owner" });
    const leaked = await ask({ authorization: `Bearer ${secret}` }, `${PATH}?token=${secret}`);
    assert.deepEqual([leaked.status, (leaked.json as { code: string }).code], [400, "token_in_url"]);
    assert.equal((await ask({ authorization: `Bearer ${secret}` })).status, 401);
    const [row] = await operatorOf(server).auditRows(null, { action: "operator_token.leaked" });
    assert.equal(row?.entry.result, "success");
    assert.ok(!JSON.stringify(row).includes(secret));
  });

  it("A-051 the same wherever it was sent, by whoever: on other paths, encoded, by a page", async () => {
    const places: readonly ((secret: string) => readonly [string, Readonly<Record<string, string>>])[] = [
      (secret) => [`/v1/events?x=Bearer%20${secret}`, {}],
      (secret) => [`/e/${secret}`, {}],
      (secret) => [`/nothing/${secret.replace("_", "%5f")}`, {}],
      (secret) => [`${PATH}?t=${secret}`, { origin: "https://evil.example" }],
    ];
    for (const place of places) {
      const { secret = "" } = await operatorOf(server).createOperatorToken({
        name: "careless",
        role: "owner",
      });
      const [path, headers] = place(secret);
      const answer = await request(server, "GET", path, { authorized: false, headers });
      assert.ok(answer.status === 400 || answer.status === 403, answer.text);
      assert.equal((await ask({ authorization: `Bearer ${secret}` })).status, 401, path);
    }
  });

  it("A-052 a token that expired or was revoked looks like one that never was; the last one stays", async () => {
    const operator = operatorOf(server);
    const { id, secret = "" } = await operator.createOperatorToken({
      name: "short",
      role: "viewer",
      expires: "1d",
    });
    assert.equal((await ask({ authorization: `Bearer ${secret}` })).status, 200);
    await operator.revokeOperatorToken(id, "test");
    const revoked = await ask({ authorization: `Bearer ${secret}` });
    const unknown = await ask({ authorization: `Bearer ${secret.slice(0, -1)}x` });
    assert.deepEqual([revoked.status, revoked.text], [unknown.status, unknown.text]);
    const own = (await operator.operatorTokens()).find(
      ({ name, revoked_at: at }) => name === "configured" && at === null,
    );
    await assert.rejects(operator.revokeOperatorToken(own?.id ?? ""), { code: "conflict" });
  });

  it("A-085 who guesses is told to wait, and the log counts instead of repeating", async () => {
    await using other = await startTestServer();
    const guess = () =>
      request(other, "GET", PATH, {
        headers: { authorization: "Bearer hf_op_org_guess" },
        authorized: false,
      });
    let last = await guess();
    for (let count = 0; count < 25 && last.status === 401; count++) last = await guess();
    assert.equal(last.status, 429);
    assert.ok(Number(last.headers["retry-after"]) > 0);
  });

  it("A-001 answers every path below it alike to whoever has no token", async () => {
    // Of its own: who was refused often enough before is told to wait.
    await using other = await startTestServer();
    const answers = await Promise.all(
      ["", "/environments", "/audit", "/nothing", "/environments/production/event-keys"].map((path) =>
        request(other, "POST", `/holdfast/v1/admin${path}`, { authorized: false, body: "{}" }),
      ),
    );
    const [first] = answers;
    for (const answer of answers) assert.deepEqual([answer.status, answer.text], [401, first?.text]);
  });
});

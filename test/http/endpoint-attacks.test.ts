import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import type { ClientOptions } from "holdfast";
import type { ArrivedRequest, OwnEndpointApp } from "../kit/own-endpoint-app.ts";
import { startOwnEndpointApp } from "../kit/own-endpoint-app.ts";
import { freePort } from "../kit/test-app.ts";
import { signatureOf } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

/** Sends what an attacker writes, headers and all, to whatever address. */
async function send(
  app: OwnEndpointApp,
  given: {
    readonly method?: string;
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body?: string;
  },
): Promise<{ readonly status: number; readonly body: string }> {
  const { method = "GET", path, headers, body = "" } = given;
  const { hostname, port } = new URL(app.url);
  const outgoing = httpRequest({ hostname, port, path, method, headers });
  outgoing.end(body);
  // Node's first argument of this event.
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

describe("an attacker at a durable endpoint", { timeout: 60_000 }, () => {
  let server: TestServer;
  const ports: number[] = [];
  before(async () => {
    for (let count = 0; count < 12; count += 1) ports.push(await freePort());
    server = await startTestServer({ endpointOrigins: ports.map((port) => `http://127.0.0.1:${port}`) });
  });
  after(() => server[Symbol.asyncDispose]());

  /** An app whose runs stay where they are after a second call; it counts how often its handlers are called. */
  async function start(
    client: Partial<ClientOptions> = {},
    place: TestServer = server,
  ): Promise<OwnEndpointApp & { calls(): number }> {
    let calls = 0;
    const app = await startOwnEndpointApp({
      server: place,
      port: ports.pop() ?? 0,
      client,
      routes: (made) => {
        const endpoint = made.endpoint(async (_request, { step }) => {
          calls += 1;
          await step.run("secret", () => "a secret result");
          await step.sleep("short", "1s");
          await step.sleep("long", "1h");
        });
        return { "/one": endpoint, "/two": endpoint };
      },
    });
    return Object.assign(app, { calls: () => calls });
  }

  /** The call by which the server went on with a run that somebody began at this path, and which still goes on. */
  async function captured(app: OwnEndpointApp, path: string): Promise<ArrivedRequest> {
    const seen = app.reentries().length;
    const sentOn = await fetch(app.url + path, { redirect: "manual" });
    assert.equal(sentOn.status, 302);
    return until("the server went on", () =>
      app
        .reentries()
        .slice(seen)
        .find(({ status }) => status === 206),
    );
  }

  const runIdOf = ({ headers }: ArrivedRequest): string => String(headers["x-run-id"]);
  const without = (headers: IncomingHttpHeaders, ...names: readonly string[]): IncomingHttpHeaders =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

  /** Tries something, which is refused as anything is, runs nothing, and is logged for the reason it is meant to test. */
  async function refused(
    app: OwnEndpointApp & { calls(): number },
    given: Parameters<typeof send>[1],
    reason: string,
  ): Promise<void> {
    const before = app.calls();
    const answer = await send(app, given);
    assert.deepEqual([answer.status, answer.body], [401, '{"message":"Unauthorized"}']);
    assert.equal(app.calls(), before);
    assert.ok(
      app.log.lines.some((line) => line.includes(`A request was refused (${reason})`)),
      `${reason}: ${app.log.lines.join("\n")}`,
    );
  }

  it("who puts the headers of a call into a request of his own is refused", async () => {
    await using app = await start();
    const { headers } = await captured(app, "/one");
    const run = { "x-run-id": String(headers["x-run-id"]) };
    await refused(app, { path: "/one", headers: { ...run, "x-inngest-signature": "" } }, "missing");
    await refused(app, { path: "/one", headers: { ...run, "x-inngest-signature": "t=1&s=00" } }, "malformed");
    const forged = { ...run, "signature-input": 'holdfast=("@method")', signature: "holdfast=:AA==:" };
    await refused(app, { path: "/one", headers: forged }, "profile");
    await refused(
      app,
      { path: "/one", headers: { "x-run-id": "1 OR 1", "x-inngest-signature": "" } },
      "no run",
    );
  });

  it("a call that is sent again is refused, and so is one with anything of it changed", async () => {
    await using app = await start();
    // Another process of the same app, which has not seen the call.
    await using other = await start();
    const call = await captured(app, "/one");
    const victim = await captured(app, "/two");
    const { headers, url: path } = call;
    await refused(app, { path, headers }, "replay");
    for (const [name, value] of [
      ["x-run-id", runIdOf(victim)],
      ["x-inngest-step-id", "5de2ab5a2f1cca4b0f3d5dc3d1a4d6b1c4b5ed4c"],
      ["x-inngest-generation-id", "7"],
      ["x-inngest-force-step-plan", "true"],
    ] as const) {
      await refused(
        other,
        { path, headers: { ...headers, [name]: value } },
        name === "x-inngest-step-id" ? "profile" : "mismatch",
      );
    }
    await refused(other, { path: "/two", headers }, "mismatch");
    await refused(other, { path: "/one?a=b", headers }, "mismatch");
    await refused(other, { path, headers, method: "DELETE" }, "mismatch");
    await refused(other, { path, headers, method: "POST", body: "x" }, "mismatch");
    await refused(other, { path, headers: { ...headers, host: new URL(other.url).host } }, "another origin");
    const stripped = without(headers, "signature", "signature-input", "content-digest", "holdfast-audience");
    await refused(other, { path, headers: stripped }, "downgrade");
  });

  it("a call is for the app whose run it is, whatever name another is asked by", async () => {
    await using app = await start();
    await using stranger = await start({ id: "other" });
    const { headers, url: path } = await captured(app, "/one");
    await refused(stranger, { path, headers }, "another app");
  });

  it("whoever has one signature of the protocol's own goes on with nothing but the run it was made for", async () => {
    await using app = await start({ signatures: "compat" });
    const own = await captured(app, "/one");
    const victim = await captured(app, "/two?of=somebody");
    // What any call by GET is signed with: it covers the empty body, and the time.
    const signature = { "x-inngest-signature": signatureOf("", server.signingKey ?? "") };
    const asking = (run: string): IncomingHttpHeaders => ({ ...signature, "x-run-id": run });
    await refused(app, { path: "/one", headers: asking(runIdOf(victim)) }, "another address");
    await refused(app, { path: "/two", headers: asking(runIdOf(victim)) }, "another address");
    await refused(app, { path: "/one", headers: asking(runIdOf(own)), method: "DELETE" }, "another method");
    await refused(
      app,
      { path: "/one", headers: { ...asking(runIdOf(own)), "content-type": "text/plain" } },
      "another content type",
    );
    const unknown = await send(app, { path: "/one", headers: asking("01J00000000000000000000000") });
    assert.equal(unknown.status, 500);
    assert.ok(!unknown.body.includes("secret"));
  });

  it("in development a page is refused, and so is who comes by another name", async () => {
    await using development = await startTestServer({ mode: "dev" });
    await using app = await start({}, development);
    const { headers, url: path } = await captured(app, "/one");
    const calls = app.calls();
    for (const changed of [
      { ...headers, origin: "https://evil.example" },
      { ...headers, host: "evil.example" },
    ]) {
      assert.equal((await send(app, { path, headers: changed })).status, 403);
    }
    assert.equal((await send(app, { path: "/two", headers })).status, 401);
    assert.equal(app.calls(), calls);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Holdfast, HoldfastFunction } from "holdfast";
import type { HeardRequest } from "../kit/listener.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import { bearerOf, signatureOf } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import type { OverheardApp } from "./overheard-app.ts";
import { handOn, startOverheardApp } from "./overheard-app.ts";

const REFUSED = { status: 401, body: '{"message":"Unauthorized"}' };

/** Two functions of two steps each, which note what they do. */
function shop(ran: string[]) {
  return (client: Holdfast): readonly HoldfastFunction[] =>
    ["pay", "refund"].map((id) =>
      client.createFunction({ id, retries: 1, triggers: [{ event: `shop/${id}` }] }, async ({ step }) => {
        const first = await step.run("first", () => void ran.push(`${id} first`));
        await step.sleep("rest", "1s");
        return step.run("second", () => (ran.push(`${id} second`), { first, id }));
      }),
    );
}

async function pay(server: TestServer) {
  const { ids } = await clientOf(server).send({ name: "shop/pay", data: {} });
  const [event] = ids;
  assert.ok(event);
  return runOf(server, event, { facts: () => server.log.lines.slice(-20).join("\n") });
}

/** Sends a call that was heard to the app once more, as it was or changed. */
async function again(app: OverheardApp, call: HeardRequest, changes: Partial<HeardRequest> = {}) {
  const { body, status } = await handOn(app.origin, { ...call, ...changes });
  return { status, body };
}

/** The call without the signature that binds it to its place, as somebody would send it who hopes for the older one. */
function stripped(call: HeardRequest): HeardRequest {
  const { signature: _, "signature-input": __, ...headers } = call.headers;
  return { ...call, headers };
}

describe("what was captured between a server and an app", { concurrency: true, timeout: 60_000 }, () => {
  it("32.E2 a captured call runs nothing a second time, while it is fresh or after", async () => {
    const ran: string[] = [];
    await using server = await startTestServer();
    await using app = await startOverheardApp(server, { functions: shop(ran) });
    assert.equal((await pay(server)).status, "Completed");
    const done = ran.length;
    assert.ok(app.calls.length >= 3);
    for (const { call } of app.calls) assert.deepEqual(await again(app, call), REFUSED);
    assert.equal(ran.length, done);
  });

  it("32.E2 a captured call does not count for another function, another step, or another run", async () => {
    const ran: string[] = [];
    await using server = await startTestServer();
    await using app = await startOverheardApp(server, { functions: shop(ran) });
    await pay(server);
    const done = [...ran];
    const [heard] = app.calls;
    assert.ok(heard);
    const { call } = heard;
    const url = new URL(call.url, app.origin);
    const elsewhere = (name: string, value: string): string => {
      const changed = new URL(url);
      changed.searchParams.set(name, value);
      return `${changed.pathname}${changed.search}`;
    };
    for (const request of [call, stripped(call)]) {
      for (const changes of [
        { url: elsewhere("fnId", "shop-refund") },
        { url: elsewhere("stepId", "second") },
        { url: elsewhere("probe", "trust") },
        { url: url.pathname },
        { url: call.url.replace(url.pathname, "/api/other") },
        { headers: { ...request.headers, "x-run-id": "01J00000000000000000000000" } },
        { body: request.body.replace('"attempt":0', '"attempt":1') },
        { method: "PUT" },
        { method: "GET" },
      ]) {
        assert.deepEqual(await again(app, request, changes), REFUSED, JSON.stringify(changes).slice(0, 80));
      }
    }
    assert.deepEqual(ran, done);
  });

  it("32.E2 a captured call does not count by the protocol's own signature, though that is still good", async () => {
    const ran: string[] = [];
    await using server = await startTestServer();
    await using app = await startOverheardApp(server, { functions: shop(ran) });
    await pay(server);
    const done = ran.length;
    for (const { call } of app.calls) {
      assert.ok(call.headers["x-inngest-signature"]);
      assert.deepEqual(await again(app, stripped(call)), REFUSED);
    }
    assert.equal(ran.length, done);
  });

  it("32.E2 a signature over nothing opens no way into a run, whatever headers name one", async () => {
    const ran: string[] = [];
    await using server = await startTestServer();
    await using app = await startOverheardApp(server, { functions: shop(ran) });
    const [signature, url] = [
      signatureOf("", server.signingKey ?? ""),
      "/api/inngest?fnId=shop-pay&stepId=step",
    ];
    const headers = {
      "x-inngest-signature": signature,
      "x-run-id": "01J00000000000000000000000",
      "x-inngest-step-id": "step",
      "x-inngest-request-version": "2",
    };
    for (const method of ["GET", "POST", "PUT", "OPTIONS", "DELETE"]) {
      const answer = await handOn(app.origin, { method, url, headers, body: "" });
      assert.ok(method === "GET" || answer.status >= 400, `${method}: ${answer.status}`);
      assert.doesNotMatch(answer.body ?? "", /StepRun|first/);
    }
    assert.deepEqual(ran, []);
  });

  it("32.E2 an answer does not count for another call: the step's own result is stored all the same", async () => {
    const ran: string[] = [];
    let exchanged = 0;
    await using server = await startTestServer();
    await using app = await startOverheardApp(server, {
      functions: shop(ran),
      exchange(answer, _call, before) {
        const [earlier] = before;
        // The first call's answer, word for word, to the second.
        if (earlier === undefined || exchanged > 0) return answer;
        exchanged += 1;
        return earlier.answer;
      },
    });
    const run = await pay(server);
    assert.equal(exchanged, 1);
    assert.equal(run.status, "Completed");
    assert.deepEqual(run.output, { first: null, id: "pay" });
    const warning = server.log.entries().find((entry) => /not believed/.test(String(entry["msg"])));
    assert.ok(warning, "the server says that it did not believe the answer");
    assert.ok(app.calls.length > 3);
  });

  it("32.E2 an answer whose status, body or advice was changed is not believed", async () => {
    for (const change of [
      { status: 400 },
      { body: '[{"op":"RunComplete","id":"x","data":"stolen"}]' },
      "no-retry",
    ] as const) {
      let changed = 0;
      await using server = await startTestServer();
      await using _ = await startOverheardApp(server, {
        functions: shop([]),
        exchange(answer) {
          if (changed > 0) return answer;
          changed += 1;
          if (change === "no-retry")
            return { ...answer, headers: { ...answer.headers, "x-inngest-no-retry": "true" } };
          return { ...answer, ...change };
        },
      });
      const run = await pay(server);
      assert.deepEqual([run.status, run.output], ["Completed", { first: null, id: "pay" }]);
      assert.match(server.log.lines.join("\n"), /not believed/);
    }
  });

  it("32.E2 a captured report of the app is refused by its server the second time, and elsewhere", async () => {
    const ran: string[] = [];
    await using server = await startTestServer();
    await using app = await startOverheardApp(server, { functions: shop(ran), checkpointing: true });
    assert.equal((await pay(server)).status, "Completed");
    const report = app.sent.find(({ url }) => url.includes("/v1/checkpoint/"));
    assert.ok(report, "the app reported a step");
    const { pathname } = new URL(report.url);
    const heard: HeardRequest = {
      method: report.method,
      url: pathname,
      headers: Object.fromEntries(report.headers),
      body: report.body,
    };
    assert.equal((await handOn(server.url, heard)).status, 401);
    const other = pathname.replace(/[0-9A-Z]{26}/, "01J00000000000000000000000");
    assert.notEqual(other, pathname);
    assert.equal((await handOn(server.url, { ...heard, url: other })).status, 401);
    // Nothing of it is as good as the key's own token.
    assert.notEqual(heard.headers["authorization"], bearerOf(server.signingKey ?? ""));
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startListener } from "../kit/listener.ts";
import { inTurn, opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { sharedStage } from "../kit/stage.ts";
import { assertCompleted } from "../compat/assert-run.ts";

const DONE = sdkAnswer(200, "done");

describe("7.3: requests the server makes for an app", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ retryIntervalMs: 20 });

  it("7.3 step.fetch() of the client has the server make the request, and any status is a result", async () => {
    await using peer = await startListener(() => ({ status: 503, body: '{"busy":true}' }));
    await using app = await stage.app([
      {
        id: "fetches",
        options: { retries: 0 },
        handler: async ({ step }) => {
          // What the SDK makes of the memo is a `Response`.
          const response = (await step.fetch(`${peer.origin}/some/path?q=1`)) as Response;
          return { status: response.status, body: await response.json() };
        },
      },
    ]);
    assertCompleted(await stage.run("fetches"), { status: 503, body: { busy: true } });
    assert.ok(app.calls("fetches").length > 1, "the app was called again once the answer was there");
    assert.deepEqual(
      peer.heard.map(({ method, url }) => `${method} ${url}`),
      ["GET /some/path?q=1"],
    );
  });

  it("7.3 Gateway posts unless it says how, and keeps url, headers, body as text, and status_code", async () => {
    await using peer = await startListener(() => ({
      status: 404,
      headers: { "content-type": "application/json", "x-several": "one, two" },
      body: '{"nobody":"here"}',
    }));
    await using app = await stage.rawApp([
      {
        id: "gateway",
        answer: inTurn(
          opsAnswer([
            opOf("Gateway", "ask", {
              opts: { url: `${peer.origin}/ask`, headers: { "x-mine": "yes" }, body: "a text" },
            }),
          ]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("gateway"), "done");
    const [heard] = peer.heard;
    assert.equal(heard?.method, "POST");
    assert.equal(heard?.body, "a text");
    assert.equal(heard?.headers["x-mine"], "yes");
    const memo = app.calls("gateway")[1]?.body.steps[stepIdOf("ask")];
    assert.partialDeepStrictEqual(memo, {
      data: {
        url: `${peer.origin}/ask`,
        headers: { "x-several": "one, two" },
        body: '{"nobody":"here"}',
        status_code: 404,
      },
    });
  });

  it("7.3 Gateway fails only where the request does, and is tried again like a call", async () => {
    let asked = 0;
    await using peer = await startListener(() => {
      asked += 1;
      return asked < 3 ? null : { status: 200, body: "at last" };
    });
    await using app = await stage.rawApp([
      {
        id: "gateway-again",
        retries: 2,
        answer: inTurn(opsAnswer([opOf("Gateway", "ask", { opts: { url: peer.origin } })]), DONE),
      },
    ]);
    assertCompleted(await stage.run("gateway-again"), "done");
    assert.equal(asked, 3);
    const memo = app.calls("gateway-again")[1]?.body.steps[stepIdOf("ask")];
    assert.partialDeepStrictEqual(memo, { data: { body: "at last" } });
  });

  it("7.3 Gateway whose attempts are used up is remembered as a GatewayError", async () => {
    let asked = 0;
    await using peer = await startListener(() => {
      asked += 1;
      return null;
    });
    await using app = await stage.rawApp([
      {
        id: "gateway-gone",
        retries: 1,
        answer: inTurn(opsAnswer([opOf("Gateway", "ask", { opts: { url: peer.origin } })]), DONE),
      },
    ]);
    assertCompleted(await stage.run("gateway-gone"), "done");
    assert.equal(asked, 2);
    const memo = app.calls("gateway-gone")[1]?.body.steps[stepIdOf("ask")];
    assert.partialDeepStrictEqual(memo, { error: { name: "GatewayError" } });
  });

  it("7.3 AIGateway posts its body as JSON, with the key where the format wants it", async () => {
    await using peer = await startListener(() => ({ status: 200, body: '{"answer":42}' }));
    const FORMATS = ["openai-chat", "anthropic", "gemini", "bedrock", "some-other"];
    await using app = await stage.rawApp([
      {
        id: "model-keys",
        answer: inTurn(
          ...FORMATS.map((format) =>
            opsAnswer([
              opOf("AIGateway", format, {
                opts: {
                  type: "step.ai.infer",
                  url: `${peer.origin}/${format}`,
                  headers: { "x-mine": "yes" },
                  auth_key: "model-key",
                  format,
                  body: { prompt: "hello" },
                },
              }),
            ]),
          ),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("model-keys"), "done");
    for (const heard of peer.heard) {
      assert.equal(heard.method, "POST");
      assert.equal(heard.headers["content-type"], "application/json");
      assert.equal(heard.headers["x-mine"], "yes");
      assert.deepEqual(JSON.parse(heard.body), { prompt: "hello" });
    }
    assert.deepEqual(
      peer.heard.map(({ url, headers }) => [url, headers.authorization, headers["x-api-key"]]),
      [
        ["/openai-chat", "Bearer model-key", undefined],
        ["/anthropic", undefined, "model-key"],
        ["/gemini?key=model-key", undefined, undefined],
        ["/bedrock", "model-key", undefined],
        ["/some-other", "Bearer model-key", undefined],
      ],
    );
    assert.deepEqual(app.calls("model-keys").at(-1)?.body.steps[stepIdOf("gemini")], {
      data: { answer: 42 },
    });
  });

  it("7.3 step.ai.infer() of the client has the provider's JSON for a result", async () => {
    await using peer = await startListener(() => ({ status: 200, body: '{"choices":["a"]}' }));
    await using app = await stage.app([
      {
        id: "infers",
        options: { retries: 0 },
        handler: ({ step }) =>
          step.ai.infer("ask", {
            model: step.ai.models.openai({ model: "some-model", apiKey: "none", baseUrl: peer.origin }),
            body: { messages: [{ role: "user", content: "hello" }] },
          }),
      },
    ]);
    assertCompleted(await stage.run("infers"), { choices: ["a"] });
    assert.ok(app.calls("infers").length > 1, "the app was called again once the answer was there");
    assert.equal(peer.heard[0]?.headers.authorization, "Bearer none");
  });

  it("7.3 AIGateway takes a status above 299 for a failure, tries again, and at last keeps name, message, body and stack", async () => {
    await using peer = await startListener(() => ({ status: 429, body: '{"error":"slow down"}' }));
    await using app = await stage.rawApp([
      {
        id: "model-refuses",
        retries: 2,
        answer: inTurn(
          opsAnswer([
            opOf("AIGateway", "ask", { opts: { url: peer.origin, format: "openai-chat", body: {} } }),
          ]),
          DONE,
        ),
      },
    ]);
    assertCompleted(await stage.run("model-refuses"), "done");
    assert.equal(peer.heard.length, 3);
    const memo = app.calls("model-refuses")[1]?.body.steps[stepIdOf("ask")];
    assert.partialDeepStrictEqual(memo, {
      error: { name: "AIGatewayError", data: { error: "slow down" }, stack: '{"error":"slow down"}' },
    });
    assert.match(JSON.stringify(memo), /"message":"[^"]*429/);
  });
});

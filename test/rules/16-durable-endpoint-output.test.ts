import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { RunId } from "@holdfast/protocol";
import type { Answer } from "../http/request.ts";
import { request } from "../http/request.ts";
import { beginning, begunOf, COMPLETE, newRunId, report } from "../kit/endpoint-report.ts";
import { clientOf } from "../kit/run-of.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("16.3 output long-poll", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ endpointOrigins: ["https://shop.example"] });
  });
  after(() => server[Symbol.asyncDispose]());

  async function begin(): Promise<{
    readonly runId: RunId;
    readonly token: string;
    readonly stream: string;
  }> {
    const runId = newRunId();
    const answer = await report(server, "/v1/checkpoint", beginning(runId));
    const { realtime_token: stream, token } = begunOf(answer);
    return { runId, token, stream };
  }

  function end(runId: RunId, data: unknown): Promise<Answer> {
    return report(server, `/v1/checkpoint/${runId}/steps`, {
      steps: [{ op: "RunComplete", id: COMPLETE, data }],
    });
  }

  /** Asks as a browser does, with nothing but the address. */
  function output(runId: string, token: string, prefix = "/v1/http/runs"): Promise<Answer> {
    return request(server, "GET", `${prefix}/${runId}/output?token=${encodeURIComponent(token)}`, {
      authorized: false,
    });
  }

  it("16.3 answers with the recorded status, headers and body as soon as the run has ended", async () => {
    const { runId, token } = await begin();
    const waiting = [output(runId, token), output(runId, token, "/v1/checkpoint")];
    const data = {
      status: 202,
      headers: { "content-type": "text/html", "x-shop": "yes", "set-cookie": "a=b", connection: "close" },
      body: "<p>grüß</p>",
    };
    await end(runId, data);
    for (const answer of [...(await Promise.all(waiting)), await output(runId, token)]) {
      assert.equal(answer.status, 202);
      assert.equal(answer.text, "<p>grüß</p>");
      assert.equal(answer.headers["content-type"], "text/html");
      assert.equal(answer.headers["x-shop"], "yes");
      // What an app wrote must not act for this server's origin.
      assert.equal(answer.headers["set-cookie"], undefined);
      assert.equal(answer.headers["content-security-policy"], "sandbox");
      assert.equal(answer.headers["access-control-allow-origin"], "*");
    }
  });

  it("16.3 a run that failed or was cancelled answers 500 with what is known", async () => {
    const { runId, token } = await begin();
    const waiting = output(runId, token);
    await clientOf(server).cancel(runId);
    const answer = await waiting;
    assert.equal(answer.status, 500);
    assert.deepEqual(answer.json, {
      status: "cancelled",
      error: { name: "Error", message: "function cancelled" },
    });
  });

  it("16.3 a token is good for its own run and its own purpose: any other answers 401, and so does none", async () => {
    const mine = await begin();
    const other = await begin();
    await end(mine.runId, { status: 200, headers: {}, body: "mine" });
    const [header = "", claims = "", signature = ""] = mine.token.split(".");
    const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${claims}.`;
    for (const token of [
      "",
      "x",
      other.token,
      mine.stream,
      unsigned,
      `${header}.${claims}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`,
    ]) {
      const answer = await output(mine.runId, token);
      assert.equal(answer.status, 401, token);
      assert.ok(!answer.text.includes("mine"));
    }
    assert.equal((await output(mine.runId, mine.token)).text, "mine");
    const twice = await request(
      server,
      "GET",
      `/v1/http/runs/${mine.runId}/output?token=${mine.token}&token=${mine.token}`,
      { authorized: false },
    );
    assert.equal(twice.status, 400);
    for (const token of ["", mine.token]) {
      const sse = await request(server, "GET", `/v1/realtime/sse?token=${token}`, { authorized: false });
      assert.equal(sse.status, 401);
    }
  });

  it("16.3 tokens outlive a restart and a change of signing keys", async () => {
    const { runId, token } = await begin();
    await end(runId, { status: 200, headers: {}, body: "kept" });
    await server.stop();
    await server.start({ signingKeys: [`signkey-test-${"ab".repeat(32)}`, server.signingKey ?? ""] });
    assert.equal((await output(runId, token)).text, "kept");
  });

  it("16.3 a server that stops tells those who wait that the run goes on", async () => {
    const { runId, token } = await begin();
    const waiting = output(runId, token);
    // The answer to a request that came later shows that the one before is waiting.
    await output(runId, "x");
    await server.stop();
    assert.deepEqual((await waiting).json, {
      status: "running",
      message: "run did not end within 5 minutes",
    });
    await server.start();
  });
});

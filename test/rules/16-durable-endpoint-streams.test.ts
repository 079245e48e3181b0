import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { step } from "inngest";
import { fetchWithStream } from "inngest/experimental/durable-endpoints/client";
import { stream } from "inngest/experimental/durable-endpoints";
import { request } from "../http/request.ts";
import { startEndpointApp } from "../kit/endpoint-app.ts";
import { beginning, begunOf, newRunId, report } from "../kit/endpoint-report.ts";
import { freePort } from "../kit/test-app.ts";
import { bearerOf } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("16.5 streaming durable endpoints", () => {
  let server: TestServer;
  let port: number;
  before(async () => {
    port = await freePort();
    server = await startTestServer({
      endpointOrigins: ["https://shop.example", `http://127.0.0.1:${port}`],
    });
  });
  after(() => server[Symbol.asyncDispose]());

  /** Opens the stream of a new run, and reads from it. */
  async function read(): Promise<{ runId: string; next(): Promise<string>; cancel(): Promise<void> }> {
    const runId = newRunId();
    const begun = await report(server, "/v1/checkpoint", beginning(runId));
    const token = begunOf(begun).realtime_token;
    const answer = await fetch(`${server.url}/v1/realtime/sse?token=${token}`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
    const next = async (): Promise<string> => {
      const { done, value } = await reader.read();
      return done ? "" : Buffer.from(value).toString("utf8");
    };
    assert.equal(await next(), ":\n\n");
    return { runId, next, cancel: () => reader.cancel() };
  }

  it("16.5 an endpoint streams on to its caller after the run went to the server", async () => {
    await using app = await startEndpointApp({
      server,
      port,
      async endpoint() {
        await step.run("first", () => {
          stream.push("one");
          return 1;
        });
        await step.sleep("pause", "1s");
        await step.run("second", () => {
          stream.push("two");
          return 2;
        });
        return "end";
      },
    });
    const heard: unknown[] = [];
    const metadata: string[] = [];
    const answer = await fetchWithStream(app.url, {
      onData: ({ data }) => heard.push(data),
      onMetadata: ({ runId }) => metadata.push(runId),
    });
    assert.equal(answer.status, 200);
    assert.equal(JSON.parse(await answer.text()), "end");
    assert.ok(heard.includes("one") && heard.includes("two"), JSON.stringify(heard));
    assert.match(metadata[0] ?? "", /^[0-9A-Z]{26}$/);
  });

  it("16.5 bytes reach every reader of the channel as they come, and nobody else", async () => {
    const [mine, other] = [await read(), await read()];
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const tee = fetch(`${server.url}/v1/realtime/publish/tee?channel=${mine.runId}`, {
      method: "POST",
      headers: { authorization: bearerOf(server.signingKey ?? "") },
      body: readable,
      duplex: "half",
    } as RequestInit);
    for (const frame of ["event: a\ndata: 1\n\n", "event: b\ndata: 2\n\n"]) {
      await writer.write(Buffer.from(frame));
      // The request is still open: what it says is heard before it ends.
      assert.equal(await mine.next(), frame);
    }
    await writer.close();
    assert.equal((await tee).status, 200);
    const theirs = await request(server, "POST", `/v1/realtime/publish/tee?channel=${other.runId}`, {
      body: "z",
    });
    assert.equal(theirs.status, 200);
    assert.equal(await other.next(), "z");
    await mine.cancel();
    await other.cancel();
  });

  it("16.5 tee needs a channel and the signing key, and passes on 1 MiB at most", async () => {
    const tee = (channel: string, body: string | Buffer): ReturnType<typeof request> =>
      request(server, "POST", `/v1/realtime/publish/tee${channel}`, { body });
    assert.equal((await tee("", "x")).status, 400);
    assert.equal((await tee("?channel=", "x")).status, 400);
    assert.equal((await tee("?channel=a", Buffer.alloc(1024 * 1024))).status, 200);
    assert.equal((await tee("?channel=a", Buffer.alloc(1024 * 1024 + 1))).status, 413);
    const unsigned = await request(server, "POST", "/v1/realtime/publish/tee?channel=a", {
      body: "x",
      authorized: false,
    });
    assert.equal(unsigned.status, 401);
  });
});

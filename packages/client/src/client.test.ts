import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { RunId } from "@holdfast/protocol";
import { isHoldfastError } from "@holdfast/protocol";
import { createClient } from "./client.ts";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A server that answers as told and remembers what it was asked. */
async function serve(answer: (seen: Seen, response: ServerResponse) => void) {
  const seen: Seen[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const one = {
        method: request.method ?? "",
        url: request.url ?? "",
        authorization: request.headers.authorization,
        body: Buffer.concat(parts).toString(),
      };
      seen.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

test("send() posts the events under the event key and returns their ids", async () => {
  await using server = await serve((_, response) =>
    json(response, 200, { ids: ["01A", "01B"], status: 200 }),
  );
  const client = createClient({ url: `${server.url}/`, eventKey: "a/b" });
  assert.deepEqual(await client.send([{ name: "x" }, { name: "y", data: { n: 1 } }]), {
    ids: ["01A", "01B"],
  });
  assert.deepEqual(server.seen, [
    {
      method: "POST",
      url: "/e/a%2Fb",
      authorization: undefined,
      body: '[{"name":"x"},{"name":"y","data":{"n":1}}]',
    },
  ]);
});

test("run() shows the key's hash, never the key, and takes the answer out of its envelope", async () => {
  await using server = await serve((_, response) =>
    json(response, 200, { data: { run_id: "01R", status: "Completed" }, metadata: {} }),
  );
  const secret = "ab".repeat(32);
  const client = createClient({ url: server.url, signingKey: `signkey-prod-${secret}` });
  const run = await client.run("01R" as RunId);
  assert.equal(run.status, "Completed");
  assert.match(server.seen[0]?.authorization ?? "", /^Bearer signkey-prod-[0-9a-f]{64}$/);
  assert.ok(!(server.seen[0]?.authorization ?? "").includes(secret));
});

test("cancel() accepts an empty answer; syncApp() sends the URL", async () => {
  await using server = await serve((seen, response) =>
    seen.method === "DELETE"
      ? response.end()
      : json(response, 200, { data: { appName: "shop", modified: true } }),
  );
  const client = createClient({ url: server.url });
  await client.cancel("01R" as RunId);
  assert.deepEqual(await client.syncApp("http://localhost:3000/api/inngest"), {
    appName: "shop",
    modified: true,
  });
  assert.equal(server.seen[1]?.body, '{"url":"http://localhost:3000/api/inngest"}');
});

for (const [status, body, code, words] of [
  [401, "Authentication failed", "unauthenticated", "Authentication failed"],
  [403, { error: "no", status: 403 }, "forbidden", "no"],
  [404, { code: "not_found", error: "Run not found", status: 404 }, "not_found", "Run not found"],
  [409, { errors: [{ code: "run_already_ended", message: "it has ended" }] }, "conflict", "it has ended"],
  [500, "", "request_failed", "500"],
] as const) {
  test(`run() reports status ${status} as ${code}`, async () => {
    await using server = await serve((_, response) =>
      typeof body === "string" ? response.writeHead(status).end(body) : json(response, status, body),
    );
    await assert.rejects(createClient({ url: server.url }).run("01R" as RunId), (error) => {
      assert.ok(isHoldfastError(error, code), String(error));
      assert.match(error.message, new RegExp(`Cannot read run "01R": .*${words}`));
      assert.equal(error.details["status"], status);
      return true;
    });
  });
}

test("send() never shows the event key in an error", async () => {
  await using server = await serve((_, response) =>
    json(response, 401, { error: "Event key not found", status: 401 }),
  );
  await assert.rejects(
    createClient({ url: server.url, eventKey: "hf_event_secret" }).send({ name: "x" }),
    (error) => {
      assert.ok(isHoldfastError(error, "unauthenticated"));
      assert.ok(
        !JSON.stringify([error.message, error.details, error.next, error.stack]).includes("hf_event_secret"),
      );
      return true;
    },
  );
});

test("health() reports a server that is not there as server_unreachable, with the network's reason", async () => {
  const { url } = await (async () => {
    await using gone = await serve(() => {});
    return gone;
  })();
  await assert.rejects(createClient({ url }).health(), (error) => {
    assert.ok(isHoldfastError(error, "server_unreachable"));
    assert.match(error.message, /ECONNREFUSED/);
    return true;
  });
});

test("apps() refuses an answer that is not a Holdfast server's", async () => {
  await using server = await serve((_, response) => response.end("<html>"));
  await assert.rejects(createClient({ url: server.url }).apps(), (error) =>
    isHoldfastError(error, "request_failed"),
  );
});

test("createClient() refuses addresses that are not http, or carry a password", () => {
  for (const url of ["nonsense", "ftp://host", "http://user:secret@host"]) {
    assert.throws(
      () => createClient({ url }),
      (error) => isHoldfastError(error, "config_invalid") && !error.message.includes("secret"),
    );
  }
});

test("follow() yields updates as they arrive and ends without an error when its signal aborts", async () => {
  await using server = await serve((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(': hello\n\ndata: {"kind":"event.accepted","name":"é"}\n\nda');
    response.write('ta: [{"kind":"run.queued"},{"kind":"journal"}]\n\n');
  });
  const abort = new AbortController();
  const kinds: string[] = [];
  for await (const update of createClient({ url: server.url }).follow(
    { data: true, kinds: ["run.ended", "run.queued"] },
    abort.signal,
  )) {
    kinds.push(update.kind === "event.accepted" ? update.name : update.kind);
    if (kinds.length === 3) abort.abort();
  }
  assert.deepEqual(kinds, ["é", "run.queued", "journal"]);
  assert.equal(server.seen[0]?.url, "/holdfast/v1/follow?data=1&kinds=run.ended%2Crun.queued");
});

test("follow() filters by run, passes over what is no update, and says when it fell behind", async () => {
  await using server = await serve((_, response) => {
    response
      .writeHead(200)
      .write('event: following\ndata: {}\n\ndata: {"kind":"run.queued"}\n\nevent: cut\ndata: {}\n\n');
  });
  const kinds: string[] = [];
  await assert.rejects(
    async () => {
      const updates = createClient({ url: server.url }).follow(
        { runId: "01R" as RunId },
        new AbortController().signal,
      );
      for await (const update of updates) kinds.push(update.kind);
    },
    (error) => isHoldfastError(error, "request_failed") && /fell too far behind/.test(error.message),
  );
  assert.deepEqual(kinds, ["run.queued"]);
  assert.equal(server.seen[0]?.url, "/holdfast/v1/follow?runId=01R");
});

test("follow() says when the server closes the stream, and when it refuses it", async () => {
  await using closing = await serve((_, response) => response.writeHead(200).end("data: {}\n\n"));
  await using refusing = await serve((_, response) => response.writeHead(401).end("Authentication failed"));
  const drain = async (url: string): Promise<void> => {
    for await (const _ of createClient({ url }).follow({}, new AbortController().signal));
  };
  await assert.rejects(drain(closing.url), (error) => isHoldfastError(error, "server_unreachable"));
  await assert.rejects(drain(refusing.url), (error) => isHoldfastError(error, "unauthenticated"));
});

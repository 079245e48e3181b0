import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { clientOf } from "../kit/run-of.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { postEvents, request } from "./request.ts";

/** Texts that end a text of SQL, and go on after it. */
const HOSTILE = [
  `x' OR '1'='1`,
  `x'; DROP TABLE events; --`,
  `x" OR ""="`,
  `x') UNION SELECT body FROM administration --`,
  `%' OR 1=1 --`,
  `x\\' OR 1=1 --`,
];

describe("values that are made to end a statement of SQL", { timeout: 60_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await clientOf(server).send({ name: "kept", data: { here: true } });
  });
  after(() => server[Symbol.asyncDispose]());

  for (const text of HOSTILE) {
    it(`${text} is a value like any other, wherever it stands`, async () => {
      const body = JSON.stringify({ name: text, id: text, data: { [text]: text }, user: { id: text } });
      const sent = await postEvents(server, body);
      assert.equal(sent.status, 200, sent.text);
      const [id = ""] = (sent.json as { ids: readonly string[] }).ids;
      const event = await clientOf(server).event(id as never);
      assert.deepEqual([event.name, event.data], [text, { [text]: text }]);

      const query = encodeURIComponent(text);
      const listed = await request(server, "GET", `/v1/events?name=${query}`);
      const { data } = listed.json as { data: readonly { name: string }[] };
      assert.deepEqual(
        data.map(({ name }) => name),
        [text],
      );
      for (const path of [
        `/v2/runs?appId=${query}`,
        `/v2/apps/${query}`,
        `/v1/apps/${query}/functions`,
        `/v1/events/${query}`,
        `/v1/runs/${query}`,
        `/v1/events?cursor=${query}`,
        `/v2/runs?cursor=${query}`,
        `/v1/events?received_before=${query}`,
      ]) {
        const { json, status } = await request(server, "GET", path);
        const found = (json as { data?: readonly unknown[] }).data ?? [];
        assert.ok(status === 400 || status === 404 || found.length === 0, `${path}: ${status}`);
      }
      const removed = await request(server, "DELETE", `/fn/remove?url=${query}`);
      assert.equal(removed.status, 404);
    });
  }

  it("nothing of what was there before is gone or shown", async () => {
    const { json } = await request(server, "GET", "/v1/events?name=kept");
    assert.equal((json as { data: readonly unknown[] }).data.length, 1);
  });
});

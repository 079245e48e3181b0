import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientOf, runOf } from "../kit/run-of.ts";
import { startTestApp } from "../kit/test-app.ts";
import { startTestServer } from "../kit/test-server.ts";
import { request } from "./request.ts";

describe("test hooks", { timeout: 60_000 }, () => {
  it("pause and resume a function of a development server, by id and by slug", async () => {
    await using server = await startTestServer({ mode: "dev" });
    const functions = [{ id: "runs", handler: () => "ran" }];
    await using app = await startTestApp({ server, sdk: "v4", adapter: "node", id: "shop", functions });
    const [known] = await clientOf(server).apps();
    const id = known?.functions[0]?.id ?? "";
    const statuses: string[] = [];
    for (const [act, fnId] of [
      ["pause", id],
      ["resume", "shop-runs"],
    ] as const) {
      const answer = await request(server, "POST", `/test/function/${act}?fnId=${fnId}`);
      assert.deepEqual([answer.status, answer.text], [200, "ok"]);
      const { ids } = await app.send({ name: "runs/go" });
      statuses.push((await runOf(server, ids[0] ?? ("" as never))).status);
    }
    assert.deepEqual(statuses, ["Skipped", "Completed"]);
    assert.equal((await request(server, "POST", "/test/function/pause?fnId=none")).status, 404);
  });

  it("are not there in production", async () => {
    await using server = await startTestServer();
    assert.equal((await request(server, "POST", "/test/function/pause?fnId=x")).status, 404);
  });
});

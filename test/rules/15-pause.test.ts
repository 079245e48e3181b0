import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import { startTestServer } from "../kit/test-server.ts";
import { bearerOf } from "../kit/test-keys.ts";
import { assertCompleted } from "../compat/assert-run.ts";

describe("15.6 pause", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev" });

  it("15.6 hook: POST /test/function/pause?fnId= pauses a function by its slug or its UUID, and …/resume ends that", async () => {
    await using app = await stage.app([{ id: "hooked", handler: () => "ran" }]);
    const slug = `${app.id}-hooked`;
    const known = (await clientOf(stage.server).apps()).flatMap(({ functions }) => functions);
    const uuid = known.find((each) => each.slug === slug)?.id ?? "";
    const hook = async (act: string, fnId: string): Promise<number> => {
      const url = `${stage.server.url}/test/function/${act}?fnId=${fnId}`;
      return (await fetch(url, { method: "POST" })).status;
    };
    for (const fnId of [slug, uuid]) {
      assert.equal(await hook("pause", fnId), 200);
      assert.equal((await stage.run("hooked")).status, "Skipped");
      assert.equal(await hook("resume", fnId), 200);
      assertCompleted(await stage.run("hooked"), "ran");
    }
    assert.equal(await hook("pause", "nobody"), 404);
  });

  it("15.6 hook: a production server has none", async () => {
    await using server = await startTestServer();
    const answer = await fetch(`${server.url}/test/function/pause?fnId=any`, {
      method: "POST",
      headers: { authorization: bearerOf(server.signingKey ?? "") },
    });
    assert.equal(answer.status, 404);
  });
});

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runHoldfast } from "../../packages/cli/src/testing/spawned.ts";
import { postEvents, request } from "../http/request.ts";
import { bearerOf, createEventKey, createSigningKey } from "../kit/test-keys.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("keys that exist already", { timeout: 60_000 }, () => {
  it("are taken in from a file or from stdin, and never as an argument, which everybody can read", async () => {
    await using server = await startTestServer();
    const env = { HOLDFAST_URL: server.url, HOLDFAST_OPERATOR_TOKEN: server.operatorToken };
    const cli = (args: readonly string[], stdin?: string) =>
      runHoldfast(args, { cwd: server.dataDir, env, ...(stdin === undefined ? {} : { stdin }) });
    const [signingKey, eventKey] = [createSigningKey(), createEventKey()];

    assert.equal((await cli(["keys", "signing", "rotate", signingKey])).code, 2);
    const rotated = await cli(["keys", "signing", "rotate", "--import", "-"], `${signingKey}\n`);
    assert.equal(rotated.code, 0, rotated.stderr);
    assert.ok(!rotated.stdout.includes(signingKey), "it is known to whoever brought it");
    const answer = await request(server, "GET", "/v1/events", {
      authorized: false,
      headers: { authorization: bearerOf(signingKey) },
    });
    assert.equal(answer.status, 200);

    writeFileSync(join(server.dataDir, "old-event-key"), `${eventKey}\n\n`);
    const made = await cli(["keys", "event", "new", "old", "--import", "old-event-key"]);
    assert.equal(made.code, 0, made.stderr);
    assert.equal((await postEvents({ ...server, eventKey }, '{"name":"a"}')).status, 200);

    for (const text of ["", "one\ntwo\n"])
      assert.equal((await cli(["keys", "event", "new", "odd", "--import", "-"], text)).code, 2);
    assert.equal((await cli(["keys", "event", "new", "odd", "--import", "no-such-file"])).code, 2);
  });
});

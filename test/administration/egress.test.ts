import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runHoldfast, spawnHoldfast } from "../../packages/cli/src/testing/spawned.ts";
import { eventOf } from "../kit/function-spec.ts";
import { operatorOf } from "../kit/operator.ts";
import { sdkAnswer, startRawApp } from "../kit/raw-app.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import { stageOn } from "../kit/stage.ts";
import { createEventKey, createSigningKey } from "../kit/test-keys.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("holdfast egress", { timeout: 60_000 }, () => {
  it("limits what requests of an environment may take; what ends for it names the rule, and the log has the change", async () => {
    await using server = await startTestServer();
    const env = { HOLDFAST_URL: server.url, HOLDFAST_OPERATOR_TOKEN: server.operatorToken };
    const cli = (...args: readonly string[]) =>
      runHoldfast(["egress", ...args], { cwd: server.dataDir, env });
    await using app = await stageOn(() => server).rawApp([
      { id: "large", answer: () => sdkAnswer(200, "x".repeat(2000)) },
    ]);
    const run = async () => stageOn(() => server).run("large");
    assert.equal((await run()).status, "Completed");

    const limited = await cli("limit", "--timeout", "2m", "--answer-size", "1024", "--concurrency", "50");
    assert.equal(limited.code, 0, limited.stderr);
    const shown = await cli("show");
    for (const words of ["at most 120 s for an answer", "at most 1024 bytes of it", "at most 50 at once"])
      assert.ok(shown.stdout.includes(words), shown.stdout);
    const failed = await run();
    assert.equal(failed.status, "Failed");
    assert.match(
      JSON.stringify(failed.output),
      /1024 bytes, which is a limit of the egress policy \(answer_size\)/,
    );
    const [row] = await operatorOf(server).auditRows("production", { action: "egress.policy_changed" });
    assert.match(JSON.stringify(row), /"answer_bytes":\{"from":null,"to":1024\}/);

    assert.equal((await cli("limit", "--answer-size", "none")).code, 0);
    assert.equal((await run()).status, "Completed");
    const { answer_bytes: size, timeout_seconds: time } = await operatorOf(server).egressPolicy("production");
    assert.deepEqual([size, time], [null, 120]);
    for (const args of [[], ["--timeout", "soon"], ["--answer-size", "0"], ["--concurrency", "many"]])
      assert.equal((await cli("limit", ...args)).code, 2, args.join(" "));
    const tooLong = await cli("limit", "--timeout", "3h");
    assert.notEqual(tooLong.code, 0);
    assert.match(tooLong.stderr, /from 1000 to 7200000 milliseconds/);
    assert.equal(app.calls("large").length, 3);
  });
});

describe("a server whose surroundings name a proxy", { timeout: 60_000 }, () => {
  it("A-157 does not use it, not even when Node is told to: requests go where the policy looked", async (t) => {
    let connections = 0;
    const proxy = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    t.after(() => proxy.close());
    // It listens on TCP.
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const folder = mkdtempSync(join(tmpdir(), "holdfast-test-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const [signingKey, eventKey] = [createSigningKey(), createEventKey()];
    const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [
      [name, address],
      [name.toLowerCase(), address],
    ]);
    const server = spawnHoldfast(["start", "--port", "0", "--data-dir", "data"], {
      cwd: folder,
      env: {
        ...Object.fromEntries(proxies),
        NO_PROXY: "",
        NODE_USE_ENV_PROXY: "1",
        HOLDFAST_SIGNING_KEY: signingKey,
        HOLDFAST_EVENT_KEY: eventKey,
      },
    });
    t.after(() => server.kill("SIGKILL"));
    const [url] = await server.prints(/http:\/\/127\.0\.0\.1:\d+/);
    const place = { url, signingKey, eventKey };
    await using app = await startRawApp({
      server: place,
      id: "shop",
      functions: [{ id: "asked", answer: () => sdkAnswer(200, "done") }],
    });
    const { ids } = await clientOf(place).send({ name: eventOf("asked"), data: {} });
    const [id] = ids;
    assert.ok(id !== undefined);
    assert.equal((await runOf(place, id)).status, "Completed");
    assert.deepEqual([app.calls("asked").length, connections], [1, 0]);
  });
});

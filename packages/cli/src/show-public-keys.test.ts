import assert from "node:assert/strict";
import { test } from "node:test";
import { serverPublicKey } from "@holdfast/server";
import { runHoldfast, spawnHoldfast, temporaryFolder } from "./testing/spawned.ts";

const KEY = `signkey-prod-${"ab".repeat(32)}`;

test("keys public derives the key from a signing key at hand, and never shows that", async (t) => {
  const cwd = temporaryFolder(t);
  const { code, stderr, stdout } = await runHoldfast(["keys", "public"], {
    cwd,
    env: { HOLDFAST_SIGNING_KEY: KEY },
  });
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trim(), serverPublicKey(KEY));
  assert.doesNotMatch(`${stdout}${stderr}`, /abab/);
});

test("keys public --url asks the server, which needs no key for it", { timeout: 60_000 }, async (t) => {
  const cwd = temporaryFolder(t);
  const server = spawnHoldfast(["start", "-p", "0"], {
    cwd,
    env: { HOLDFAST_SIGNING_KEY: KEY, HOLDFAST_REQUIRE_SIGNATURES: "v2" },
  });
  t.after(async () => {
    server.kill("SIGKILL");
    await server.ended;
  });
  const [, url = ""] = await server.prints(/(http:\/\/127\.0\.0\.1:\d+)\b/);
  const { code, stderr, stdout } = await runHoldfast(["keys", "public", "--url", url, "--json"], { cwd });
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout).data, { keys: [serverPublicKey(KEY)], from: "server" });
});

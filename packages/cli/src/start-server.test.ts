import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { serveApp } from "./testing/served-app.ts";
import { runHoldfast, spawnHoldfast, temporaryFolder } from "./testing/spawned.ts";

const LIMIT = { timeout: 60_000 };

async function startProduction(
  t: TestContext,
  cwd: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const server = spawnHoldfast(["start", "-p", "0", ...args], { cwd, env });
  t.after(async () => {
    server.kill("SIGKILL");
    await server.ended;
  });
  const [line] = await server.prints(/\{[^\n]*"holdfast started"[^\n]*\}/);
  // The shape that `start` documents.
  return {
    server,
    facts: JSON.parse(line) as {
      readonly url: string;
      readonly mode: string;
      readonly signing_keys: { readonly origin: string; readonly made_now: boolean };
    },
  };
}

describe("holdfast start", { concurrency: 2 }, () => {
  test("makes its keys, asks for them, runs an app that has them, and shows none", LIMIT, async (t) => {
    const cwd = temporaryFolder(t);
    const { server, facts } = await startProduction(t, cwd);
    assert.equal(facts.mode, "production");
    const path = join(cwd, "holdfast-data/keys/signing-key");
    assert.deepEqual([facts.signing_keys.origin, facts.signing_keys.made_now], [path, true]);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const signingKey = readFileSync(path, "utf8").trim();
    const eventKey = readFileSync(join(cwd, "holdfast-data/keys/event-key"), "utf8").trim();

    const elsewhere = temporaryFolder(t);
    const refused = await runHoldfast(["apps", "list", "--url", facts.url], { cwd: elsewhere });
    assert.equal(refused.code, 4);
    assert.equal((await runHoldfast(["send", "a/b", "--url", facts.url], { cwd: elsewhere })).code, 4);

    const app = await serveApp(t, { baseUrl: facts.url, signingKey });
    const synced = await runHoldfast(["apps", "sync", app, "--url", facts.url], { cwd });
    assert.match(synced.stdout, /shop synced/, synced.stderr);
    const sent = await runHoldfast(
      ["send", "order/placed", "--url", facts.url, "--data-dir", join(cwd, "holdfast-data")],
      { cwd: elsewhere },
    );
    const [, runId = ""] = /started charge-card \((\w{26})\)/.exec(sent.stdout) ?? [];
    for (;;) {
      const { stdout } = await runHoldfast(["runs", "get", runId, "--url", facts.url], { cwd });
      if (/Completed/.test(stdout)) break;
      assert.match(stdout, /Scheduled|Running/, stdout);
    }

    server.kill("SIGTERM");
    const ended = await server.ended;
    assert.equal(ended.code, 0);
    const printed = ended.stdout + ended.stderr + sent.stdout + refused.stderr + synced.stdout;
    assert.ok(!printed.includes(signingKey.slice("signkey-prod-".length)));
    assert.ok(!printed.includes(eventKey));

    const again = await startProduction(t, cwd);
    assert.equal(again.facts.signing_keys.made_now, false);
    assert.equal(readFileSync(path, "utf8").trim(), signingKey);
  });

  test("syncs the apps it was given, with the keys it was given", LIMIT, async (t) => {
    const cwd = temporaryFolder(t);
    const key = "ab".repeat(32);
    const env = { INNGEST_SIGNING_KEY: key, INNGEST_EVENT_KEY: "0123456789abcdef" };
    // An app in production mode registers in its answer: it needs to know no server for that.
    const app = await serveApp(t, { baseUrl: "http://127.0.0.1:1", signingKey: `signkey-prod-${key}` });
    const { server, facts } = await startProduction(t, cwd, ["--sdk-url", app], env);
    await server.prints(/"app found"|app found/);
    const { stdout } = await runHoldfast(["apps", "list", "--url", facts.url], { cwd, env });
    assert.match(stdout, /✓ shop /);
  });

  test("ends with 1 and names the port when it is taken", LIMIT, async (t) => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    t.after(() => holder.close());
    // A server that listens on TCP has an address with a port.
    const port = String((holder.address() as AddressInfo).port);
    const { code, stderr } = await runHoldfast(["start", "-p", port], { cwd: temporaryFolder(t) });
    assert.equal(code, 1, stderr);
    assert.match(stderr, new RegExp(`port_taken[^]*${port}`));
  });

  test("never reads .env", LIMIT, async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, ".env"), "HOLDFAST_SIGNING_KEY=nonsense\n");
    const { facts } = await startProduction(t, cwd);
    assert.equal(facts.signing_keys.made_now, true);
  });
});

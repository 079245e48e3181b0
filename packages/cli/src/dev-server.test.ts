import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { serveApp } from "./testing/served-app.ts";
import { runHoldfast, spawnHoldfast, temporaryFolder } from "./testing/spawned.ts";

const LIMIT = { timeout: 60_000 };

async function startDev(
  t: TestContext,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const cwd = temporaryFolder(t);
  const dev = spawnHoldfast(["dev", "-p", "0", "--no-discovery", ...args], { cwd, env });
  t.after(async () => {
    dev.kill("SIGKILL");
    await dev.ended;
  });
  const [, url = ""] = await dev.prints(/(http:\/\/127\.0\.0\.1:\d+)/);
  const holdfast = (...words: readonly string[]) => runHoldfast([...words, "--url", url], { cwd });
  return { cwd, dev, url, holdfast };
}

describe("holdfast dev", { concurrency: 2 }, () => {
  test("syncs an app, shows its run from event to end, and stops cleanly", LIMIT, async (t) => {
    const { cwd, dev, url, holdfast } = await startDev(t);
    const app = await serveApp(t, { baseUrl: url, signingKey: null });
    const synced = await holdfast("apps", "sync", app);
    assert.match(synced.stdout, /✓ shop synced · its functions are new or changed/);
    await dev.prints(/✓ found shop {2}http:\/\/localhost:\d+\/api\/inngest {2}1 function {2}nodejs · js:v4/);

    const sent = await holdfast("send", "order/placed", "--data", '{"id":7}');
    const [, eventId, runId = ""] =
      /✓ (\w{26}) accepted · started charge-card \((\w{26})\)/.exec(sent.stdout) ?? [];
    assert.ok(eventId !== undefined, sent.stdout + sent.stderr);
    const tag = `…${runId.slice(-2)}`;
    for (const words of [
      `order/placed → charge-card  ${tag}  ▶ started`,
      "✓ load-order",
      "✓ capture",
      `✓ charge-card  ${tag}  completed`,
    ]) {
      await dev.prints(new RegExp(words));
    }
    const run = await holdfast("runs", "get", runId);
    assert.match(run.stdout, /✓ charge-card {2}Completed/);
    assert.match(run.stdout, /Output {3}.*"charged":7/);
    const document: unknown = JSON.parse((await holdfast("runs", "get", runId, "--json")).stdout);
    assert.match(JSON.stringify(document), /"status":"Completed"/);

    const idle = await holdfast("send", "order/plced");
    assert.match(
      idle.stdout,
      /no run of order\/plced started[^]*Did you mean order\/placed \(1 function\)\?/,
    );
    assert.match((await holdfast("apps", "list")).stdout, /✓ shop [^]*charge-card {2}order\/placed/);
    assert.equal((await holdfast("runs", "get", "01K9ZJ4E0M8Q5T6W7X8Y9Z0A1B")).code, 5);
    assert.equal((await holdfast("apps", "sync", "http://127.0.0.1:1/x")).code, 7);

    dev.kill("SIGINT");
    assert.equal((await dev.ended).code, 0);
    assert.ok(existsSync(join(cwd, ".holdfast/.gitignore")));
  });

  test("sends events from a file and from stdin, and prints JSON", LIMIT, async (t) => {
    const { cwd, url, holdfast } = await startDev(t);
    writeFileSync(join(cwd, "events.ndjson"), '{"name":"a/b"}\n\n{"name":"c/d","data":{"n":1}}\n');
    const sent = await holdfast("send", "--file", "events.ndjson", "--json");
    const document: unknown = JSON.parse(sent.stdout);
    assert.match(
      JSON.stringify(document),
      /"events":\[\{"id":"\w{26}","name":"a\/b","runs":\[\]\},\{"id":"\w{26}","name":"c\/d","runs":\[\]\}\]/,
    );
    const piped = await runHoldfast(["send", "a/b", "--data", "-", "--url", url], { cwd, stdin: '{"x":1}' });
    assert.match(piped.stdout, /✓ \w{26} accepted/);
    const faulty = await runHoldfast(["send", "--file", "-", "--url", url], {
      cwd,
      stdin: '{"name":"a/b"}\n{"name":',
    });
    assert.equal(faulty.code, 2);
    assert.match(faulty.stderr, /line 2 of the file -/);
  });

  test("has a clock that the command shows and moves ahead", LIMIT, async (t) => {
    const { dev, holdfast } = await startDev(t, ["--time-scale", "60"]);
    await dev.prints(/Time {5}60 times as fast/);
    assert.match(
      (await holdfast("dev", "clock", "advance", "3d")).stdout,
      /✓ 3d later · 20.* 60 times as fast/,
    );
    const { stdout } = await holdfast("dev", "clock", "show", "--json");
    assert.match(stdout, /"scale":60,"offsetMs":\d{9}/);
  });

  test("with --json it prints JSON lines and nothing else", LIMIT, async (t) => {
    const { dev, holdfast } = await startDev(t, ["--json"]);
    await holdfast("send", "a/b");
    await dev.prints(/"kind":"event\.accepted"/);
    dev.kill("SIGTERM");
    const { code, stdout } = await dev.ended;
    assert.equal(code, 0);
    for (const line of stdout.trimEnd().split("\n")) JSON.parse(line);
  });

  test("a second signal ends it at once, although a call is under way", LIMIT, async (t) => {
    const { dev, url, holdfast } = await startDev(t, ["--grace", "60s"]);
    const held = Promise.withResolvers<unknown>();
    t.after(() => held.resolve(null));
    const began = Promise.withResolvers<void>();
    const app = await serveApp(t, {
      baseUrl: url,
      signingKey: null,
      capture: () => (began.resolve(), held.promise),
    });
    await holdfast("apps", "sync", app);
    await holdfast("send", "order/placed");
    await began.promise;
    dev.kill("SIGINT");
    await dev.prints(/stopping: calls under way have 1 min to end/);
    const pressing = setInterval(() => dev.kill("SIGINT"), 100);
    const { code } = await dev.ended;
    clearInterval(pressing);
    assert.equal(code, 130);
  });

  test("takes the next port when the wanted one is taken, except on a build server", LIMIT, async (t) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    // A server that listens on TCP has an address with a port.
    const port = String((server.address() as AddressInfo).port);
    const cwd = temporaryFolder(t);
    const dev = spawnHoldfast(["dev", "-p", port, "--no-discovery"], { cwd });
    const [, other] = await dev.prints(/Server {3}http:\/\/127\.0\.0\.1:(\d+)/);
    assert.ok(Number(other) > Number(port));
    assert.match(dev.output(), new RegExp(`Port ${port} is taken, using ${other}`));
    dev.kill("SIGTERM");
    await dev.ended;
    const { code, stderr } = await runHoldfast(["dev", "-p", port, "--no-discovery"], {
      cwd,
      env: { CI: "true" },
    });
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`port_taken[^]*${port}`));
  });

  test("reads .env, and a second one on the same data says who has it", LIMIT, async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, ".env"), "HOLDFAST_PORT=0\nINNGEST_NO_DISCOVERY=true\n");
    const dev = spawnHoldfast(["dev"], { cwd });
    await dev.prints(/waiting for apps/);
    const second = await runHoldfast(["dev"], { cwd });
    assert.equal(second.code, 3);
    assert.match(second.stderr, /store_locked/);
    dev.kill("SIGTERM");
    assert.equal((await dev.ended).code, 0);
  });
});

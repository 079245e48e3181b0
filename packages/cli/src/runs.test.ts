import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { serveApp } from "./testing/served-app.ts";
import type { Ended } from "./testing/spawned.ts";
import { runHoldfast, spawnHoldfast, temporaryFolder } from "./testing/spawned.ts";

const LIMIT = { timeout: 120_000 };

/** A development server with the app `shop`, and a way to run commands against it. */
async function startShop(t: TestContext, capture?: () => Promise<unknown>, settings: readonly string[] = []) {
  const cwd = temporaryFolder(t);
  const server = spawnHoldfast(["dev", "-p", "0", "--no-discovery", ...settings], { cwd });
  t.after(async () => {
    server.kill("SIGKILL");
    await server.ended;
  });
  const [, url = ""] = await server.prints(/(http:\/\/127\.0\.0\.1:\d+)\b/);
  const holdfast = (...args: readonly string[]): Promise<Ended> =>
    runHoldfast([...args, "--url", url], { cwd });
  const app = await serveApp(t, {
    baseUrl: url,
    signingKey: null,
    ...(capture === undefined ? {} : { capture }),
  });
  const synced = await holdfast("apps", "sync", app);
  assert.equal(synced.code, 0, synced.stderr);
  return holdfast;
}

const dataOf = (ended: Ended): unknown => {
  const document: unknown = JSON.parse(ended.stdout);
  assert.ok(typeof document === "object" && document !== null && "ok" in document && "data" in document);
  assert.equal(document.ok, true);
  return document.data;
};

describe("holdfast runs, functions, signals and cancellations", { concurrency: 2 }, () => {
  test(
    "invokes a function, waits for it, and shows its run, its trace and its place in lists",
    LIMIT,
    async (t) => {
      const holdfast = await startShop(t);
      const invoked = await holdfast("functions", "invoke", "charge-card", "--data", '{"id":7}', "--wait");
      assert.equal(invoked.code, 0, invoked.stderr);
      assert.deepEqual(JSON.parse(invoked.stdout), { charged: 7 });
      const [, runId = ""] = /completed · (\w{26})/.exec(invoked.stderr) ?? [];

      const listed = await holdfast(
        "runs",
        "list",
        "--app",
        "shop",
        "--function",
        "charge-card",
        "--status",
        "completed",
      );
      assert.match(listed.stdout, new RegExp(`✓ ${runId} {2}charge-card {2}completed`));
      const traced = await holdfast("runs", "trace", runId);
      assert.match(traced.stdout, /✓ charge-card {2}completed/);
      assert.match(traced.stdout, /✓ load-order .*█.* ms\n.*✓ capture .*█/);
      const json = dataOf(await holdfast("runs", "trace", runId, "--json"));
      assert.match(JSON.stringify(json), /"output":\{"amount":7\}/);

      const again = await holdfast("runs", "rerun", runId, "--from", "capture", "--json");
      assert.match(JSON.stringify(dataOf(again)), /^\{"runId":"\w{26}"\}$/);
      const over = await holdfast("runs", "cancel", runId);
      assert.equal(over.code, 6, over.stderr);
      assert.equal((await holdfast("runs", "trace", "01J00000000000000000000000")).code, 5);
      assert.equal((await holdfast("runs", "rerun", runId, "--input", "1")).code, 2);
    },
  );

  test("exits 1 when the run it waits for fails", LIMIT, async (t) => {
    const fail = (): Promise<never> => Promise.reject(new Error("no such card"));
    const holdfast = await startShop(t, fail, ["--retry-interval", "1"]);
    const invoked = await holdfast("functions", "invoke", "charge-card", "--wait", "--json");
    assert.equal(invoked.code, 1, invoked.stderr);
    assert.match(JSON.stringify(dataOf(invoked)), /"status":"Failed".*no such card/);
  });

  test("shows why an attempt failed while it waits to be repeated, and cancels the run", LIMIT, async (t) => {
    const holdfast = await startShop(t, async () => {
      throw new Error("no such card");
    });
    const invoked = await holdfast("functions", "invoke", "shop/charge-card", "--timeout", "0s");
    // The run goes on: a wait that is over says so.
    assert.equal(invoked.code, 8, invoked.stdout);
    const [, runId = ""] = /Run (\w{26}) has not ended/.exec(invoked.stderr) ?? [];
    for (;;) {
      const { stdout } = await holdfast("runs", "trace", runId);
      if (/Attempt 0 .*no such card/.test(stdout)) break;
      assert.match(stdout, /charge-card {2}(?:running|queued)/, stdout);
    }
    assert.equal((await holdfast("runs", "cancel", runId)).code, 0);
    assert.match((await holdfast("runs", "get", runId)).stdout, /Cancelled/);
  });

  test("pauses a function and lets it go on; names what it cannot find", LIMIT, async (t) => {
    const holdfast = await startShop(t);
    assert.match((await holdfast("functions", "pause", "charge-card")).stdout, /shop-charge-card is paused/);
    assert.match((await holdfast("functions", "pause", "charge-card")).stdout, /was paused already/);
    assert.match((await holdfast("functions", "list")).stdout, /shop-charge-card .*order\/placed {2}paused/);
    assert.equal((await holdfast("functions", "invoke", "charge-card")).code, 1);
    assert.match(
      (await holdfast("runs", "list", "--status", "skipped")).stdout,
      /! \w{26} {2}charge-card {2}skipped/,
    );
    assert.match((await holdfast("functions", "resume", "charge-card")).stdout, /goes on/);
    const unknown = await holdfast("functions", "pause", "charge-crad");
    assert.equal(unknown.code, 5);
    assert.match(unknown.stderr, /Did you mean charge-card\?/);
  });

  test("sends signals, and keeps cancellations", LIMIT, async (t) => {
    const holdfast = await startShop(t);
    assert.equal((await holdfast("signals", "send", "approval")).code, 5);
    const created = await holdfast(
      "cancellations",
      "create",
      "charge-card",
      "--started-after",
      "1h",
      "--json",
    );
    assert.equal(created.code, 0, created.stderr);
    const { id } = dataOf(created) as { readonly id: string };
    assert.match((await holdfast("cancellations", "list")).stdout, new RegExp(id));
    assert.equal((await holdfast("cancellations", "delete", id)).code, 0);
    assert.match((await holdfast("cancellations", "list")).stdout, /No cancellations/);
    assert.equal((await holdfast("cancellations", "delete", id)).code, 5);
    assert.match((await holdfast("runs", "stranded")).stdout, /No run stands still/);
    assert.match((await holdfast("keys", "sealing", "list")).stdout, /Nothing that is stored is sealed/);
    for (const args of [
      ["runs", "list", "--since", "soon"],
      ["runs", "list", "--limit", "none"],
      ["functions", "invoke", "charge-card", "--data", "[1]"],
    ]) {
      assert.equal((await holdfast(...args)).code, 2, args.join(" "));
    }
  });
});
